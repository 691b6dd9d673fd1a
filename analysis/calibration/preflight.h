// Before a calibration starts: its tokens, what it will need, and for whatever doesn't fit the option that is at fault
// and the value that would.
#pragma once

#include <optional>
#include <vector>

#include "analysis/calibration/calibrate.h"

namespace oscope::calibration {

/// An option of the run that a problem belongs to.
enum class RunOption : std::uint8_t { File, Samples, Length, Memory, Device, Output };

struct RunProblem {
  RunOption option = RunOption::File;
  Diagnostic problem;
  /// The largest number of samples, the largest length, or the smallest memory limit in bytes with which this problem
  /// is gone; empty where no value of the option helps.
  std::optional<std::uint64_t> fitting;
};

struct Preflight {
  std::optional<LoadedData> data;  ///< empty where the tokens can't be had
  std::uint64_t fileBytes = 0;     ///< of the source; 0: random
  CalibrateEstimate estimate;      ///< only where `data` is there
  std::vector<RunProblem> problems;
  bool fits() const { return problems.empty(); }
};

/// Loads the tokens, estimates, and turns every refusal into a RunProblem. Throws only Cancelled and what is no fault
/// of the options.
Preflight preflightCalibration(const model::OpenedModel& model, const DatasetOptions& data,
                               const CalibrateOptions& options, compute::Backend& backend, const JobContext& context);

/// The same for tokens that a model is only evaluated on: no files, no estimate.
Preflight preflightEvaluation(const model::OpenedModel& model, const DatasetOptions& data, const JobContext& context);

}  // namespace oscope::calibration
