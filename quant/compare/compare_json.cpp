#include "quant/compare/compare_methods.h"

namespace oscope::quant {
namespace {

Json rowJson(const MethodRow& row) {
  Json policies = Json::object(), sites = Json::array();
  for (const Policy policy : kPolicies) {
    policies[std::string(toString(policy))] = row.policies[static_cast<std::size_t>(policy)];
  }
  for (const SiteMeasure& site : row.sites) sites.push_back(toJson(site));
  const SiteMeasure* worst = row.worstSite();
  return {{"recipe", row.name},
          {"measure", toJson(row.measure)},
          {"worst_site", worst == nullptr ? Json(nullptr) : toJson(*worst)},
          {"policies", policies},
          {"static_share", row.staticShare},
          {"bytes", row.bytes},
          {"quantize_seconds", row.quantizeSeconds},
          {"sites", sites},
          {"diagnostics", toJson(row.diagnostics)}};
}

}  // namespace

Json toJson(const CompareReport& report) {
  Json rows = Json::array();
  for (const MethodRow& row : report.rows) rows.push_back(rowJson(row));
  return {{"model", report.model},
          {"snapshot", report.snapshotHash},
          {"windows", report.windows},
          {"window_length", report.windowLength},
          {"float",
           {{"perplexity", report.floatPerplexity},
            {"nll_per_window", report.floatNllPerWindow},
            {"bytes", report.floatBytes}}},
          {"methods", rows},
          {"seconds", report.seconds}};
}

}  // namespace oscope::quant
