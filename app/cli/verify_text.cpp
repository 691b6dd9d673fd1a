// The verify report for people.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/cli/steps.h"
#include "app/cli/text_table.h"
#include "app/common/number_format.h"
#include "quant/verify/agreement.h"

namespace oscope::cli {
namespace {

using app::formatDb;
using Align = TextTable::Align;

void addModel(TextTable& table, const quant::ModelMeasure& model) {
  table.addRow({model.name, app::formatPerplexity(model.perplexity),
                app::formatWithError(model.klMean, model.klStandardError), app::formatRange(model.klMax),
                app::formatShare(model.top1Agreement)});
}

std::string modelTable(const quant::VerifyReport& report) {
  TextTable table(
      {{"model", Align::Left}, {"perplexity"}, {"KL to float (nats)"}, {"largest KL"}, {"top-1 agreement (%)"}});
  table.addRow({"float", app::formatPerplexity(report.floatPerplexity), "–", "–", "–"});
  addModel(table, report.quantized);
  if (report.staticEverywhere) addModel(table, *report.staticEverywhere);
  return table.text();
}

std::string siteTable(const quant::VerifyReport& report) {
  TextTable table({{"site", Align::Left},
                   {"policy", Align::Left},
                   {"input here"},
                   {"input e2e"},
                   {"cosine"},
                   {"output here"},
                   {"predicted"},
                   {"worst linear e2e", Align::Left}});
  for (const quant::SiteMeasure& site : report.sites) {
    std::string worst = "–";
    const auto linear = std::min_element(site.linears.begin(), site.linears.end(),
                                         [](const auto& a, const auto& b) { return a.outputSqnrDb < b.outputSqnrDb; });
    if (linear != site.linears.end()) {
      worst = fmt::format("{} {}", formatDb(linear->outputSqnrDb), linear->module);
    }
    table.addRow({toString(site.id), std::string(toString(site.policy)), formatDb(site.inputSqnrLocalDb),
                  formatDb(site.inputSqnrDb), fmt::format("{:.6f}", site.inputCosine), formatDb(site.outputSqnrLocalDb),
                  formatDb(site.predictedDb), worst});
  }
  return table.text();
}

/// "predicted against measured output SQNR: r = 0.98, mean error 0.7 dB, at most 3.2 dB at blocks.1.ffn_in (32 sites)".
std::string agreementText(const quant::VerifyReport& report) {
  const quant::Agreement agreement = quant::agreementOf(report.sites);
  if (agreement.sites == 0) return {};
  return fmt::format(
      "predicted against measured output SQNR (here): {}mean |error| {:.2f} dB, at most {} dB at {} ({} sites)\n",
      agreement.correlation ? fmt::format("r = {:.3f}, ", *agreement.correlation) : "", agreement.meanAbsDb,
      formatDb(agreement.largestDb), toString(agreement.largestAt), agreement.sites);
}

std::string integersText(const quant::VerifyReport& report) {
  const std::optional<double> largest = quant::largestIntegerDifference(report.sites);
  if (!largest) return "not compared";
  return std::isfinite(*largest) ? fmt::format("at most {:.1e} of the largest output", *largest) : "not finite";
}

std::string checksText(const quant::VerifyReport& report) {
  std::string failures;
  std::size_t passed = 0;
  for (const quant::FileCheck& check : report.checks) {
    if (check.passed) {
      ++passed;
    } else {
      failures += fmt::format("  ✗ {}: {}\n", check.name, check.detail);
    }
  }
  return fmt::format("files: {} of {} checks passed\n{}", passed, report.checks.size(), failures);
}

}  // namespace

std::string verifyText(const quant::VerifyReport& report) {
  return fmt::format(
      "{} windows of {} tokens\n\n{}\n"
      "SQNR in dB per site; here: error of this site alone, e2e: of the quantized model on its own\n\n{}\n{}"
      "integer-true against fake-quant arithmetic: {}\n{}{}\n",
      app::formatCount(report.windows), app::formatCount(report.windowLength), modelTable(report), siteTable(report),
      agreementText(report), integersText(report), checksText(report), report.passed() ? "PASSED" : "FAILED");
}

}  // namespace oscope::cli
