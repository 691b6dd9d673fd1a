#include "analysis/calibration/preflight.h"

#include <algorithm>

namespace oscope::calibration {
namespace {

/// Suggested limits are rounded up: what the process itself needs moves a little from run to run.
constexpr std::uint64_t kMemoryStep = std::uint64_t{16} << 20;

Diagnostic diagnosticOf(const Error& error, const char* code) {
  return {Severity::Error, code, error.where(), error.text(), error.remedy()};
}

/// The largest number of samples whose files fit the disk; empty: not even one.
std::optional<std::uint64_t> fittingSamples(const model::ModelGraph& graph, const DatasetOptions& data,
                                            const CalibrateOptions& options, std::uint64_t freeDisk) {
  std::int64_t fits = 0, tooMany = data.samples;
  while (tooMany - fits > 1) {
    const std::int64_t middle = fits + (tooMany - fits) / 2;
    (calibrationDiskBytes(graph, middle, data.length, options) <= freeDisk ? fits : tooMany) = middle;
  }
  return fits > 0 ? std::optional(static_cast<std::uint64_t>(fits)) : std::nullopt;
}

RunProblem problemOf(const Diagnostic& found, const model::OpenedModel& model, const DatasetOptions& data,
                     const CalibrateOptions& options, const CalibrateEstimate& estimate) {
  RunProblem problem{RunOption::File, found, std::nullopt};
  if (found.code == "calibrate.memory") {
    problem.option = RunOption::Memory;
    problem.fitting = (estimate.sufficientMemory / kMemoryStep + 1) * kMemoryStep;
  } else if (found.code == "calibrate.device_memory") {
    problem.option = RunOption::Device;
  } else if (found.code == "calibrate.output") {
    problem.option = RunOption::Output;
  } else if (found.code == "calibrate.disk") {
    problem.option = RunOption::Samples;
    const std::uint64_t scratch = estimate.gramSpilled ? estimate.gramBytes : 0;
    problem.fitting =
        fittingSamples(model.graph, data, options, estimate.freeDisk - std::min(estimate.freeDisk, scratch));
  } else if (found.code == "calibrate.length") {
    problem.option = RunOption::Length;
    problem.fitting = static_cast<std::uint64_t>(model.graph.maxPositions);
  }
  return problem;
}

RunProblem problemOf(const DatasetError& error) {
  const bool samples = error.option() == DatasetError::Option::Samples;
  RunProblem problem{samples ? RunOption::Samples : RunOption::Length, diagnosticOf(error, "calibrate.data"), {}};
  if (error.fitting() > 0) problem.fitting = static_cast<std::uint64_t>(error.fitting());
  return problem;
}

/// Tokens, or the problem with them.
Preflight loadTokens(const model::OpenedModel& model, const DatasetOptions& data, const JobContext& context) {
  Preflight result;
  try {
    if (data.source != DatasetOptions::Source::Random) {
      std::error_code absent;
      const auto bytes = std::filesystem::file_size(data.file, absent);
      if (!absent) result.fileBytes = bytes;
    }
    result.data = loadData(data, model.folder, model.graph.vocabulary);
  } catch (const DatasetError& error) {
    result.problems.push_back(problemOf(error));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::Internal || error.code() == ErrorCode::OutOfMemory) throw;
    result.problems.push_back({RunOption::File, diagnosticOf(error, "calibrate.data"), std::nullopt});
  }
  context.checkCancelled();
  return result;
}

}  // namespace

Preflight preflightEvaluation(const model::OpenedModel& model, const DatasetOptions& data, const JobContext& context) {
  Preflight result = loadTokens(model, data, context);
  const std::int64_t most = model.graph.maxPositions;
  if (model.graph.positionsLimited && data.length > most) {
    result.problems.push_back(
        {RunOption::Length,
         {Severity::Error, "verify.length", "length",
          "more tokens than the " + std::to_string(most) + " positions that the model knows", "take shorter windows"},
         static_cast<std::uint64_t>(most)});
  }
  return result;
}

Preflight preflightCalibration(const model::OpenedModel& model, const DatasetOptions& data,
                               const CalibrateOptions& options, compute::Backend& backend, const JobContext& context) {
  Preflight result = loadTokens(model, data, context);
  if (!result.data) return result;
  result.estimate = estimateCalibration(model, result.data->dataset, options, backend);
  for (const Diagnostic& found : result.estimate.problems) {
    if (found.severity == Severity::Error) {
      result.problems.push_back(problemOf(found, model, data, options, result.estimate));
    }
  }
  return result;
}

}  // namespace oscope::calibration
