// Stage 7: re-opens what was written, checks it against the plan, and runs float and quantized models in one pass.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/base/job_context.h"
#include "analysis/calibration/dataset.h"
#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "quant/export/export_format.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

struct VerifyOptions {
  std::uint64_t memoryBytes = 0;         ///< promise on peak resident memory, as in calibration
  std::int64_t siteSamples = 8;          ///< windows that per-site figures are measured on
  bool integerTrue = true;               ///< compare integer-true with fake-quant arithmetic on these windows
  bool staticBaseline = true;            ///< also run "static everywhere, no fold, same weights scheme" beside the two
  std::optional<double> dynamicDivisor;  ///< instead of the plan's (127.5: as compressed-tensors executes)
  std::filesystem::path logitsFile;      ///< write the quantized model's logits of the first window here (.safetensors)
};

/// One check on the re-opened files.
struct FileCheck {
  std::string kind;  ///< one of checkKinds()
  std::string name;  ///< "codes of model.layers.0.self_attn.q_proj"
  bool passed = false;
  std::string detail;  ///< tensor, offset, expected and found where it failed
};

/// What is checked, in the order of the checks, with words for a list.
struct CheckKind {
  const char *id, *title;
};
const std::vector<CheckKind>& checkKinds();

struct LinearMeasure {
  std::string module;
  double outputSqnrLocalDb = 0;  ///< error of this linear alone, on the folded float model's input
  double outputSqnrDb = 0;       ///< end to end: the quantized model on its own
  /// max |integer-true - fake-quant| over the largest output; empty where integers were not compared, not finite where
  /// an output was not.
  std::optional<double> integerMaxRelative;
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
  std::string recipe, snapshotHash;                  ///< what the export was made from
  std::uint64_t exportedBytes = 0, sourceBytes = 0;  ///< weights and all other files of the export; of the source
  std::map<SiteId, std::string> notes;               ///< of the recipe, for people
  std::vector<RuntimeTruth> runtimes;                ///< what each runtime makes of the written files
  std::vector<FileCheck> checks;
  std::vector<SiteMeasure> sites;
  double floatPerplexity = 0;
  std::vector<double> floatNllPerWindow;
  ModelMeasure quantized;
  std::optional<ModelMeasure> staticEverywhere;
  std::int64_t windows = 0, windowLength = 0;
  double seconds = 0;
  Diagnostics diagnostics;
  bool filesPassed() const;  ///< all file checks passed
  bool passed() const;       ///< these, and integer arithmetic gave finite outputs where it was compared
};

VerifyReport verifyExport(const model::OpenedModel& model, const std::filesystem::path& exported,
                          const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                          const JobContext& context);

/// The same measures for a plan that is quantized in memory and written nowhere.
VerifyReport verifyPlan(const model::OpenedModel& model, const stats::Snapshot& snapshot, const Plan& plan,
                        const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                        const JobContext& context);

Json toJson(const VerifyReport& report);
/// Parts of reports. JSON has no infinity: an SQNR without error is null, and so is a difference that is not finite.
Json toJson(const SiteMeasure& site);
Json toJson(const ModelMeasure& measure);
Json toJson(const Diagnostics& findings);
/// The inverse of toJson(). Malformed errors name `where` and the key.
VerifyReport verifyReportFromJson(const Json& json, const std::string& where);
/// A report file: toJson() alone, or under "verify" in the combined report of a whole run.
VerifyReport loadVerifyReport(const std::filesystem::path& path);

/// A page of its own: checks, models, plots, sites. No scripts, nothing loaded from elsewhere.
std::string toHtml(const VerifyReport& report);
/// toHtml() as a file that appears complete or not at all.
void saveVerifyHtml(const VerifyReport& report, const std::filesystem::path& path);

}  // namespace oscope::quant
