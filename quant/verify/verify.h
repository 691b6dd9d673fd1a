// Stage 7: re-opens what was written, checks it against the plan, and runs float and quantized models in one pass.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/base/job_context.h"
#include "analysis/calibration/dataset.h"
#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

struct VerifyOptions {
  std::uint64_t memoryBytes = 0;         ///< budget, as in calibration
  std::int64_t siteSamples = 8;          ///< windows that per-site figures are measured on
  bool integerTrue = true;               ///< compare integer-true with fake-quant arithmetic on these windows
  bool staticBaseline = true;            ///< also run "static everywhere, no fold, same weights scheme" beside the two
  std::optional<double> dynamicDivisor;  ///< instead of the plan's (127.5: as compressed-tensors executes)
  std::filesystem::path logitsFile;      ///< write the quantized model's logits of the first window here (.safetensors)
};

/// One check on the re-opened files.
struct FileCheck {
  std::string name;  ///< "codes of model.layers.0.self_attn.q_proj"
  bool passed = false;
  std::string detail;  ///< tensor, offset, expected and found where it failed
};

struct LinearMeasure {
  std::string module;
  double outputSqnrLocalDb = 0;   ///< error of this linear alone, on the folded float model's input
  double outputSqnrDb = 0;        ///< end to end: the quantized model on its own
  double integerMaxRelative = 0;  ///< max |integer-true - fake-quant| over the largest output
};

struct SiteMeasure {
  SiteId id;
  Policy policy = Policy::None;
  double inputSqnrLocalDb = 0, inputSqnrDb = 0, inputCosine = 0;  ///< infinite SQNR: no error
  double outputSqnrLocalDb = 0;                                   ///< over all readers together
  std::vector<LinearMeasure> linears;
  std::optional<double> predictedDb;  ///< from the deploy file, where the plan predicted
};

/// Quality of one quantized model against float on the same windows.
struct ModelMeasure {
  std::string name;  ///< "FPTQ W4A8", "static everywhere"
  double perplexity = 0, klMean = 0, klStandardError = 0, klMax = 0, top1Agreement = 0;
  std::vector<double> nllPerWindow, klPerWindow;
};

struct VerifyReport {
  std::string model, exported;
  std::vector<FileCheck> checks;
  std::vector<SiteMeasure> sites;
  double floatPerplexity = 0;
  std::vector<double> floatNllPerWindow;
  ModelMeasure quantized;
  std::optional<ModelMeasure> staticEverywhere;
  std::int64_t windows = 0, windowLength = 0;
  double seconds = 0;
  Diagnostics diagnostics;
  bool passed() const;  ///< all file checks passed
};

VerifyReport verifyExport(const model::OpenedModel& model, const std::filesystem::path& exported,
                          const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                          const JobContext& context);

/// The same measures for a plan that is quantized in memory and written nowhere.
VerifyReport verifyPlan(const model::OpenedModel& model, const stats::Snapshot& snapshot, const Plan& plan,
                        const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                        const JobContext& context);

Json toJson(const VerifyReport& report);
/// A page of its own: checks, models, sites. No scripts, nothing loaded from elsewhere.
std::string toHtml(const VerifyReport& report);

}  // namespace oscope::quant
