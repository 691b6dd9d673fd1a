#include <cmath>

#include "quant/verify/verify.h"

namespace oscope::quant {
namespace {

/// JSON has no infinity: an SQNR without error is null.
Json decibels(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json checkJson(const FileCheck& check) {
  return {{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}};
}

Json siteJson(const SiteMeasure& site) {
  Json linears = Json::array();
  for (const LinearMeasure& linear : site.linears) {
    linears.push_back({{"module", linear.module},
                       {"output_sqnr_local_db", decibels(linear.outputSqnrLocalDb)},
                       {"output_sqnr_e2e_db", decibels(linear.outputSqnrDb)},
                       {"integer_max_relative", linear.integerMaxRelative}});
  }
  return {{"site", toString(site.id)},
          {"policy", toString(site.policy)},
          {"input_sqnr_local_db", decibels(site.inputSqnrLocalDb)},
          {"input_sqnr_e2e_db", decibels(site.inputSqnrDb)},
          {"input_cosine_e2e", site.inputCosine},
          {"output_sqnr_local_db", decibels(site.outputSqnrLocalDb)},
          {"predicted_sqnr_db", site.predictedDb ? decibels(*site.predictedDb) : Json(nullptr)},
          {"linears", std::move(linears)}};
}

Json measureJson(const ModelMeasure& measure) {
  return {{"name", measure.name},
          {"perplexity", measure.perplexity},
          {"kl_mean", measure.klMean},
          {"kl_standard_error", measure.klStandardError},
          {"kl_max", measure.klMax},
          {"top1_agreement", measure.top1Agreement},
          {"nll_per_window", measure.nllPerWindow},
          {"kl_per_window", measure.klPerWindow}};
}

Json diagnosticJson(const Diagnostic& finding) {
  return {{"code", finding.code}, {"where", finding.where}, {"text", finding.text}, {"remedy", finding.remedy}};
}

}  // namespace

Json toJson(const VerifyReport& report) {
  Json checks = Json::array(), sites = Json::array(), diagnostics = Json::array();
  for (const FileCheck& check : report.checks) checks.push_back(checkJson(check));
  for (const SiteMeasure& site : report.sites) sites.push_back(siteJson(site));
  for (const Diagnostic& finding : report.diagnostics) diagnostics.push_back(diagnosticJson(finding));
  return {{"model", report.model},
          {"exported", report.exported},
          {"passed", report.passed()},
          {"checks", std::move(checks)},
          {"windows", report.windows},
          {"window_length", report.windowLength},
          {"float", {{"perplexity", report.floatPerplexity}, {"nll_per_window", report.floatNllPerWindow}}},
          {"quantized", measureJson(report.quantized)},
          {"static_everywhere", report.staticEverywhere ? measureJson(*report.staticEverywhere) : Json(nullptr)},
          {"sites", std::move(sites)},
          {"seconds", report.seconds},
          {"diagnostics", std::move(diagnostics)}};
}

}  // namespace oscope::quant
