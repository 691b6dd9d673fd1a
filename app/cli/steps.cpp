#include "app/cli/steps.h"

#include <fmt/format.h>

#include "app/cli/text_table.h"
#include "app/common/number_format.h"
#include "quant/policy/sensitivity.h"

namespace oscope::cli {
namespace {

using app::formatBytes;
using app::formatCount;
using app::formatDb;
using Align = TextTable::Align;

std::string bytesText(std::uint64_t bytes) {
  return formatBytes(static_cast<double>(bytes));
}

/// Mark and words of a policy, as the window shows it.
const char* policyWord(quant::Policy policy) {
  constexpr const char* kWords[] = {"● static", "◆ LAE + static", "▲ dynamic", "○ float"};
  return kWords[static_cast<std::size_t>(policy)];
}

/// "2 static, 4 LAE + static, 2 dynamic".
std::string countsText(const quant::Plan& plan) {
  std::string text;
  for (const quant::Policy policy : quant::kPolicies) {
    if (plan.count(policy) == 0) continue;
    text += fmt::format("{}{} × {}", text.empty() ? "" : ", ", plan.count(policy), policyWord(policy));
  }
  return text;
}

/// "predicted output SQNR: mean 21.4 dB, worst 12.3 dB at blocks.3.ffn_mid; 75.0 % of the sites static".
std::string outlookText(const stats::Snapshot& snapshot, const quant::Plan& plan,
                        const quant::PredictionTable& predictions) {
  const quant::Outlook outlook =
      quant::ThresholdModel(snapshot, plan, &predictions).outlook(plan.recipe.v0, plan.recipe.v1);
  if (outlook.predicted == 0) return "";
  return fmt::format("predicted output SQNR: mean {} dB, worst {} dB at {}; {} % of the sites static\n",
                     formatDb(outlook.meanSqnrDb), formatDb(outlook.worstSqnrDb),
                     toString(plan.sites[outlook.worstSite].id), app::formatShare(outlook.staticShare));
}

std::string planText(const quant::Plan& plan, const quant::PredictionTable& predictions) {
  TextTable table({{"site", Align::Left},
                   {"range v"},
                   {"v w/o 1st"},
                   {"policy", Align::Left},
                   {"static"},
                   {"LAE"},
                   {"dynamic"},
                   {"reason", Align::Left}});
  for (std::size_t i = 0; i < plan.sites.size(); ++i) {
    const quant::SitePlan& site = plan.sites[i];
    const auto sqnr = [&](quant::Policy policy) { return formatDb(predictions.at(i, policy).total); };
    table.addRow({toString(site.id), app::formatRange(site.range), app::formatRange(site.rangeWithoutFirst),
                  policyWord(site.policy), sqnr(quant::Policy::Static), sqnr(quant::Policy::LaeStatic),
                  sqnr(quant::Policy::Dynamic), (site.overridden ? "by hand: " : "") + site.reason});
  }
  return fmt::format(
      "{}, v0 = {}, v1 = {}: {}\n"
      "range v: max |x|, with and without the first token; static, LAE, dynamic: predicted output SQNR in dB\n\n{}",
      plan.recipe.name, plan.recipe.v0, plan.recipe.v1, countsText(plan), table.text());
}

}  // namespace

std::string estimateText(const calibration::Dataset& data, const calibration::CalibrateEstimate& estimate) {
  const std::string hidden = bytesText(estimate.hiddenBytes);
  std::string text =
      fmt::format("data      {} samples of {} tokens, {}{}\n", formatCount(data.samples), formatCount(data.length),
                  data.source, data.fileName.empty() ? "" : ": " + data.fileName);
  text += fmt::format(
      "memory    {} of {} promised: weights of one block {}, hidden states {}{}, work {} for {} sequences"
      " at once, statistics {}{}\n",
      bytesText(estimate.peakMemory), bytesText(estimate.promisedMemory), bytesText(estimate.weightsPerBlock), hidden,
      estimate.hiddenOnDevice ? " (on the GPU)"
      : estimate.spilled      ? " (on disk)"
                              : "",
      bytesText(estimate.workBytes), estimate.microBatch, bytesText(estimate.statisticsBytes),
      estimate.gramBytes > 0
          ? fmt::format(", Gram matrices {}{}", bytesText(estimate.gramBytes), estimate.gramSpilled ? " (on disk)" : "")
          : "");
  if (estimate.deviceBudget > 0) {
    text +=
        fmt::format("device    {} of {} usable\n", bytesText(estimate.deviceMemory), bytesText(estimate.deviceBudget));
  }
  text += fmt::format("disk      {} of {} free\n", bytesText(estimate.diskBytes), bytesText(estimate.freeDisk));
  text +=
      fmt::format("time      {}\n", estimate.seconds ? "about " + app::formatDuration(*estimate.seconds) : "unknown");
  return text;
}

calibration::CalibrateReport calibrateStep(const model::OpenedModel& model, const LoadedData& data,
                                           const calibration::CalibrateOptions& options, compute::Backend& backend,
                                           Session& session) {
  const auto estimate = calibration::estimateCalibration(model, data.dataset, options, backend);
  session.print(estimateText(data.dataset, estimate));
  auto report = calibration::calibrate(model, data.dataset, data.tokenizer.get(), options, backend, session.context());
  session.show(report.diagnostics);
  session.print(fmt::format("{}: {} tokens in {} ({} tokens/s{}), peak memory {}\ncontent   {}\n",
                            report.snapshot.string(), formatCount(report.tokens), app::formatDuration(report.seconds),
                            formatCount(static_cast<std::int64_t>(report.tokensPerSecond)),
                            report.resumedBlocks > 0 ? fmt::format(", {} blocks resumed", report.resumedBlocks) : "",
                            bytesText(report.peakResident), report.contentHash));
  return report;
}

PlanResult planStep(const stats::Snapshot& snapshot, const quant::Recipe& recipe, Session& session) {
  PlanResult result{quant::makePlan(snapshot, recipe), quant::PredictionTable(snapshot, recipe, session.context())};
  session.show(result.plan.diagnostics);
  session.print(planText(result.plan, result.predictions) + "\n" +
                outlookText(snapshot, result.plan, result.predictions));
  return result;
}

quant::ExportReport exportStep(const model::OpenedModel& model, const stats::Snapshot& snapshot,
                               const quant::Plan& plan, const quant::ExportFormat& format,
                               const quant::ExportOptions& options, compute::Backend& backend, Session& session) {
  session.show(format.check(model.graph, plan, options.params));
  quant::ExportReport report = format.write({model, snapshot, plan}, options, backend, session.context());
  session.show(report.diagnostics);
  TextTable truth({{"runtime", Align::Left}, {"layers", Align::Left}, {"executes", Align::Left}, {"as chosen"}});
  for (const quant::RuntimeTruth& row : format.runtimes(model.graph, plan, options.params)) {
    truth.addRow({row.runtime, row.layers, row.executes, row.exact ? "yes" : "no"});
  }
  session.print(fmt::format("{}: {} ({} in float before), {} linears quantized, {} left in float, {}\n\n{}",
                            report.output.string(), bytesText(report.bytes), bytesText(report.sourceBytes),
                            formatCount(report.linearsQuantized), formatCount(report.linearsFloat),
                            app::formatDuration(report.seconds), truth.text()));
  return report;
}

}  // namespace oscope::cli
