#include "quant/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "analysis/base/error.h"
#include "quant/export/ct_check.h"
#include "quant/export/exported_model.h"
#include "quant/verify/agreement.h"
#include "quant/verify/model_error.h"
#include "quant/verify/reload_check.h"
#include "quant/verify/static_baseline.h"

namespace oscope::quant {
namespace {

constexpr const char* kBaselineName = "static everywhere";

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count(); }

 private:
  std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

VerifyReport startReport(const model::OpenedModel& model, const calibration::Dataset& data) {
  if (data.samples < 1 || data.length < 2) {
    throw Error(ErrorCode::InvalidArgument, "evaluation windows", "at least one window of two tokens is needed");
  }
  VerifyReport report;
  report.model = model.folder.filename().string();
  report.windows = data.samples;
  report.windowLength = data.length;
  return report;
}

std::uint64_t sumOf(const std::vector<DeployFile>& files) {
  std::uint64_t bytes = 0;
  for (const DeployFile& file : files) bytes += file.bytes;
  return bytes;
}

void describeExport(const ExportedModel& files, const model::ModelGraph& graph, VerifyReport& report) {
  const DeployConfig& deploy = files.deploy();
  report.recipe = deploy.recipe.name;
  report.notes = deploy.recipe.notes;
  report.snapshotHash = deploy.snapshotHash;
  report.exportedBytes = sumOf(deploy.files);
  report.sourceBytes = sumOf(deploy.sourceFiles);
  Plan plan;
  plan.recipe = deploy.recipe;
  for (const DeploySite& site : deploy.sites) plan.sites.push_back(site.plan);
  const bool bytes = deploy.container == formatName(CtContainer::Int8);
  report.runtimes = ctRuntimes(graph, plan, bytes ? CtContainer::Int8 : CtContainer::Packed);
}

/// The baseline beside `sites`, in the order of the graph; nullopt where none was asked for or none makes sense.
std::optional<Contender> makeBaseline(const model::OpenedModel& model, const std::vector<SitePlan>& sites,
                                      const NumericRules& rules, const VerifyOptions& options,
                                      compute::Backend& backend) {
  if (!options.staticBaseline || !hasStaticBaseline(sites)) return std::nullopt;
  const auto block = [&model, &backend, sites, rules](int index) {
    std::vector<SitePlan> ofBlock;
    const model::BlockGraph& graph = model.graph.blocks.at(static_cast<std::size_t>(index));
    for (const model::SiteDesc& desc : graph.sites) {
      const auto found = std::find_if(sites.begin(), sites.end(), [&](const SitePlan& s) { return s.id == desc.id; });
      if (found == sites.end()) throw Error(ErrorCode::Mismatch, toString(desc.id), "is not in the plan");
      ofBlock.push_back(*found);
    }
    return staticBaselineBlock(graph, *model.weights, ofBlock, rules, backend);
  };
  return Contender{kBaselineName, model.weights.get(), block, false, quantizeBlockBytes(model.graph, Recipe{})};
}

/// Runs `quantized`, and the baseline where there is one, into `report`.
void compare(const model::OpenedModel& model, Contender quantized, std::optional<Contender> baseline,
             const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
             const JobContext& context, VerifyReport& report) {
  std::vector<Contender> contenders{std::move(quantized)};
  if (baseline) contenders.push_back(std::move(*baseline));
  ModelComparison comparison = compareModels(model, contenders, data, options, backend, context, "verify");
  for (Diagnostic& found : comparison.diagnostics) report.diagnostics.push_back(std::move(found));
  report.floatPerplexity = comparison.floatPerplexity;
  report.floatNllPerWindow = std::move(comparison.floatNllPerWindow);
  report.quantized = std::move(comparison.contenders[0].model);
  report.sites = std::move(comparison.contenders[0].sites);
  for (const SiteMeasure& site : report.sites) {
    for (const LinearMeasure& linear : site.linears) {
      if (std::isfinite(linear.integerMaxRelative.value_or(0))) continue;
      report.diagnostics.push_back(
          {Severity::Error, "verify.integers", linear.module,
           "integer-true arithmetic and fake quantization differ by no finite number",
           fmt::format("look at the range of {} and at the scales of this weight", toString(site.id))});
    }
  }
  if (comparison.contenders.size() > 1) report.staticEverywhere = std::move(comparison.contenders[1].model);
}

}  // namespace

bool VerifyReport::filesPassed() const {
  return std::all_of(checks.begin(), checks.end(), [](const FileCheck& check) { return check.passed; });
}

bool VerifyReport::passed() const {
  return filesPassed() && std::isfinite(largestIntegerDifference(sites).value_or(0));
}

VerifyReport verifyExport(const model::OpenedModel& model, const std::filesystem::path& exported,
                          const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                          const JobContext& context) {
  const Stopwatch watch;
  VerifyReport report = startReport(model, data);
  report.exported = exported.string();
  const ExportedModel files(exported, model);
  describeExport(files, model.graph, report);
  report.checks = checkFiles(files, model, context);
  if (!report.filesPassed()) {
    report.diagnostics.push_back({Severity::Error, "verify.files", exported.string(),
                                  "files are not as they were written; the models were not run",
                                  "export again, then verify the new folder"});
    report.seconds = watch.seconds();
    return report;
  }
  std::vector<SitePlan> sites;
  for (const DeploySite& site : files.deploy().sites) sites.push_back(site.plan);
  const Contender quantized{files.deploy().recipe.name, &files, [&](int index) { return files.readBlock(index); }, true,
                            quantizeBlockBytes(model.graph, Recipe{})};
  compare(model, quantized, makeBaseline(model, sites, files.deploy().recipe.rules, options, backend), data, options,
          backend, context, report);
  for (SiteMeasure& site : report.sites) site.predictedDb = files.site(site.id).predictedDb;
  report.seconds = watch.seconds();
  return report;
}

VerifyReport verifyPlan(const model::OpenedModel& model, const stats::Snapshot& snapshot, const Plan& plan,
                        const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                        const JobContext& context) {
  const Stopwatch watch;
  VerifyReport report = startReport(model, data);
  report.recipe = plan.recipe.name;
  report.notes = plan.recipe.notes;
  report.snapshotHash = plan.snapshotHash;
  requireSameModel(plan.modelFingerprint, model.weights->fingerprint(), "plan");
  const Contender quantized{
      plan.recipe.name, model.weights.get(),
      [&](int index) { return quantizeBlock(model.graph, index, *model.weights, snapshot, plan, backend, context); },
      true, quantizeBlockBytes(model.graph, plan.recipe)};
  compare(model, quantized, makeBaseline(model, plan.sites, plan.recipe.rules, options, backend), data, options,
          backend, context, report);
  report.seconds = watch.seconds();
  return report;
}

}  // namespace oscope::quant
