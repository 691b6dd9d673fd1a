#include "app/cli/result_json.h"

namespace oscope::cli {
namespace {

Json orNull(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json predictionJson(const quant::Prediction& prediction) {
  return {{"total", orNull(prediction.total)}, {"activation", orNull(prediction.activation)}};
}

Json siteJson(const quant::SitePlan& site) {
  using Granularity = quant::ActivationPlan::Granularity;
  Json linears = Json::array();
  for (const quant::LinearPlan& linear : site.linears) {
    linears.push_back(
        {{"module", linear.module}, {"weights", linear.scheme.describe()}, {"group_fell_back", linear.groupFellBack}});
  }
  const bool hasScale = site.activation.granularity == Granularity::Tensor;
  return {{"id", toString(site.id)},
          {"range", site.range},
          {"range_without_first_token", site.rangeWithoutFirst},
          {"range_after_fold", site.rangeAfter},
          {"policy", toString(site.policy)},
          {"reason", site.reason},
          {"overridden", site.overridden},
          {"fold_edge", site.foldEdge.empty() ? Json(nullptr) : Json(site.foldEdge)},
          {"input_scale", hasScale ? Json(site.activation.scale) : Json(nullptr)},
          {"linears", linears}};
}

}  // namespace

Json toJson(const Diagnostics& diagnostics) {
  constexpr const char* kWords[] = {"info", "warning", "error"};
  Json list = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    list.push_back({{"severity", kWords[static_cast<int>(diagnostic.severity)]},
                    {"code", diagnostic.code},
                    {"where", diagnostic.where},
                    {"text", diagnostic.text},
                    {"remedy", diagnostic.remedy}});
  }
  return list;
}

Json toJson(const calibration::CalibrateEstimate& estimate) {
  return {{"weights_per_block_bytes", estimate.weightsPerBlock},
          {"hidden_bytes", estimate.hiddenBytes},
          {"spilled", estimate.spilled},
          {"hidden_on_device", estimate.hiddenOnDevice},
          {"device_memory_bytes", estimate.deviceMemory},
          {"device_budget_bytes", estimate.deviceBudget},
          {"work_bytes", estimate.workBytes},
          {"statistics_bytes", estimate.statisticsBytes},
          {"gram_bytes", estimate.gramBytes},
          {"gram_spilled", estimate.gramSpilled},
          {"peak_memory_bytes", estimate.peakMemory},
          {"promised_memory_bytes", estimate.promisedMemory},
          {"disk_bytes", estimate.diskBytes},
          {"free_disk_bytes", estimate.freeDisk},
          {"snapshot_bytes", estimate.snapshotBytes},
          {"micro_batch", estimate.microBatch},
          {"flops", estimate.flops},
          {"seconds", orNull(estimate.seconds)},
          {"problems", toJson(estimate.problems)}};
}

Json toJson(const calibration::CalibrateReport& report) {
  return {{"snapshot", report.snapshot.string()},
          {"content_hash", report.contentHash},
          {"tokens", report.tokens},
          {"resumed_blocks", report.resumedBlocks},
          {"seconds", report.seconds},
          {"tokens_per_second", report.tokensPerSecond},
          {"peak_resident_bytes", report.peakResident},
          {"estimate", toJson(report.estimate)},
          {"diagnostics", toJson(report.diagnostics)}};
}

Json toJson(const quant::Plan& plan, const quant::PredictionTable* predictions) {
  Json sites = Json::array(), counts = Json::object();
  for (std::size_t i = 0; i < plan.sites.size(); ++i) {
    Json site = siteJson(plan.sites[i]);
    if (predictions != nullptr) {
      Json predicted = Json::object();
      for (const quant::Policy policy : quant::kPolicies) {
        predicted[std::string(toString(policy))] = predictionJson(predictions->at(i, policy));
      }
      site["predicted_sqnr_db"] = std::move(predicted);
    }
    sites.push_back(std::move(site));
  }
  for (const quant::Policy policy : quant::kPolicies) counts[std::string(toString(policy))] = plan.count(policy);
  return {{"recipe", quant::toJson(plan.recipe)},
          {"snapshot_hash", plan.snapshotHash},
          {"model_fingerprint", plan.modelFingerprint},
          {"counts", counts},
          {"sites", sites},
          {"diagnostics", toJson(plan.diagnostics)}};
}

Json toJson(const quant::ExportReport& report) {
  return {{"output", report.output.string()},         {"bytes", report.bytes},
          {"source_bytes", report.sourceBytes},       {"linears_quantized", report.linearsQuantized},
          {"linears_float", report.linearsFloat},     {"seconds", report.seconds},
          {"diagnostics", toJson(report.diagnostics)}};
}

}  // namespace oscope::cli
