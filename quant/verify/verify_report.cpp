#include <cmath>

#include "quant/verify/agreement.h"
#include "quant/verify/verify.h"

namespace oscope::quant {
namespace {

/// JSON has neither infinity nor NaN: null.
Json numberOrNull(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json optionalDecibels(const std::optional<double>& value) {
  return value ? numberOrNull(*value) : Json(nullptr);
}

Json checkJson(const FileCheck& check) {
  return {{"kind", check.kind}, {"name", check.name}, {"passed", check.passed}, {"detail", check.detail}};
}

Json agreementJson(const std::vector<SiteMeasure>& sites) {
  const Agreement agreement = agreementOf(sites);
  if (agreement.sites == 0) return nullptr;
  return {{"sites", agreement.sites},
          {"correlation", agreement.correlation ? Json(*agreement.correlation) : Json(nullptr)},
          {"mean_abs_error_db", agreement.meanAbsDb},
          {"largest_abs_error_db", agreement.largestDb},
          {"largest_at", toString(agreement.largestAt)}};
}

}  // namespace

Json toJson(const SiteMeasure& site) {
  Json linears = Json::array();
  for (const LinearMeasure& linear : site.linears) {
    Json item = {{"module", linear.module},
                 {"output_sqnr_local_db", numberOrNull(linear.outputSqnrLocalDb)},
                 {"output_sqnr_e2e_db", numberOrNull(linear.outputSqnrDb)}};
    if (linear.integerMaxRelative) item["integer_max_relative"] = numberOrNull(*linear.integerMaxRelative);
    linears.push_back(std::move(item));
  }
  return {{"site", toString(site.id)},
          {"policy", toString(site.policy)},
          {"input_sqnr_local_db", numberOrNull(site.inputSqnrLocalDb)},
          {"input_sqnr_e2e_db", numberOrNull(site.inputSqnrDb)},
          {"input_cosine_e2e", site.inputCosine},
          {"output_sqnr_local_db", numberOrNull(site.outputSqnrLocalDb)},
          {"predicted_sqnr_db", optionalDecibels(site.predictedDb)},
          {"linears", std::move(linears)}};
}

Json toJson(const ModelMeasure& measure) {
  return {{"name", measure.name},
          {"perplexity", measure.perplexity},
          {"kl_mean", measure.klMean},
          {"kl_standard_error", measure.klStandardError},
          {"kl_max", measure.klMax},
          {"top1_agreement", measure.top1Agreement},
          {"nll_per_window", measure.nllPerWindow},
          {"kl_per_window", measure.klPerWindow}};
}

Json toJson(const Diagnostics& findings) {
  constexpr const char* kWords[] = {"info", "warning", "error"};
  Json list = Json::array();
  for (const Diagnostic& finding : findings) {
    list.push_back({{"severity", kWords[static_cast<int>(finding.severity)]},
                    {"code", finding.code},
                    {"where", finding.where},
                    {"text", finding.text},
                    {"remedy", finding.remedy}});
  }
  return list;
}

Json toJson(const VerifyReport& report) {
  Json checks = Json::array(), sites = Json::array(), runtimes = Json::array();
  for (const FileCheck& check : report.checks) checks.push_back(checkJson(check));
  for (const SiteMeasure& site : report.sites) sites.push_back(toJson(site));
  for (const RuntimeTruth& truth : report.runtimes) {
    runtimes.push_back({{"runtime", truth.runtime},
                        {"layers", truth.layers},
                        {"executes", truth.executes},
                        {"as_chosen", truth.exact}});
  }
  Json notes = Json::object();
  for (const auto& [site, note] : report.notes) notes[toString(site)] = note;
  return {{"model", report.model},
          {"exported", report.exported},
          {"recipe", report.recipe},
          {"snapshot_hash", report.snapshotHash},
          {"exported_bytes", report.exportedBytes},
          {"source_bytes", report.sourceBytes},
          {"passed", report.passed()},
          {"checks", std::move(checks)},
          {"windows", report.windows},
          {"window_length", report.windowLength},
          {"float", {{"perplexity", report.floatPerplexity}, {"nll_per_window", report.floatNllPerWindow}}},
          {"quantized", toJson(report.quantized)},
          {"static_everywhere", report.staticEverywhere ? toJson(*report.staticEverywhere) : Json(nullptr)},
          {"predicted_against_measured", agreementJson(report.sites)},
          {"sites", std::move(sites)},
          {"notes", std::move(notes)},
          {"runtimes", std::move(runtimes)},
          {"seconds", report.seconds},
          {"diagnostics", toJson(report.diagnostics)}};
}

}  // namespace oscope::quant
