#include "quant/export/deploy_config.h"

#include <fmt/format.h>

#include <charconv>

#include "analysis/base/error.h"
#include "quant/export/granularity.h"
#include "quant/methods/method_registry.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

Json filesJson(const std::vector<DeployFile>& files) {
  Json list = Json::array();
  for (const DeployFile& file : files) {
    list.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  return list;
}

Json activationJson(const ActivationPlan& activation) {
  Json json = {{"granularity", toString(activation.granularity)}};
  if (activation.granularity == Granularity::Float) return json;
  json["bits"] = activation.bits;
  if (activation.granularity == Granularity::Tensor) {
    json["scale"] = activation.scale;
    json["scale_bits"] = floatBits(activation.scale);
  } else {
    json["divisor"] = activation.divisor;
  }
  return json;
}

Json foldJson(const DeploySite& site) {
  if (site.plan.scale.empty() && site.plan.shift.empty()) return nullptr;
  Json json = {{"edge", site.plan.foldEdge},
               {"producer", site.producer},
               {"file", DeployConfig::kFoldVectorsFile},
               {"scale", foldScaleName(site.plan.id)}};
  if (!site.plan.shift.empty()) json["shift"] = foldShiftName(site.plan.id);
  return json;
}

Json linearJson(const LinearPlan& linear, double weightError) {
  Json weight = {{"bits", linear.scheme.bits}};
  if (!linear.scheme.isFloat()) {
    weight["group"] = linear.scheme.group;
    weight["symmetric"] = linear.scheme.symmetric;
  }
  return {{"module", linear.module},    {"role", linear.role},
          {"out", linear.out},          {"in", linear.in},
          {"weight", weight},           {"group_fell_back", linear.groupFellBack},
          {"weight_error", weightError}};
}

Json siteJson(const DeploySite& site) {
  const SitePlan& plan = site.plan;
  Json json = {{"site", toString(plan.id)},
               {"policy", toString(plan.policy)},
               {"reason", plan.reason},
               {"overridden", plan.overridden},
               {"range", plan.range},
               {"range_without_first_token", plan.rangeWithoutFirst},
               {"range_after_fold", plan.rangeAfter},
               {"token_absmax", {{"median", site.tokenMedian}, {"p99", site.tokenP99}, {"p999", site.tokenP999}}},
               {"activation", activationJson(plan.activation)},
               {"fold", foldJson(site)},
               {"predicted_sqnr_db", site.predictedDb ? Json(*site.predictedDb) : Json(nullptr)}};
  Json linears = Json::array();
  for (std::size_t i = 0; i < plan.linears.size(); ++i) {
    linears.push_back(linearJson(plan.linears[i], site.weightErrors.at(i)));
  }
  json["linears"] = std::move(linears);
  return json;
}

Json conventionsJson(const NumericRules& rules) {
  return {{"rounding", "half to even"},
          {"clamp", "[-2^(bits-1), 2^(bits-1) - 1]"},
          {"weight_scale", "absmax / (2^(bits-1) - 1), rounded to nearest even in scale_dtype before codes"},
          {"static_scale", "range after fold / (2^(bits-1) - 1), snapped up to the next value of scale_dtype"},
          {"dynamic_scale", "max |x| of the token / dynamic_divisor, float32"},
          {"scale_dtype", toString(rules.scaleDtype)},
          {"dynamic_divisor", rules.dynamicDivisor}};
}

}  // namespace

std::string foldScaleName(SiteId id) {
  return toString(id) + ".scale";
}
std::string foldShiftName(SiteId id) {
  return toString(id) + ".shift";
}

std::string floatBits(float value) {
  return fmt::format("{:08x}", std::bit_cast<std::uint32_t>(value));
}

float floatFromBits(const std::string& bits, const std::string& where) {
  std::uint32_t value = 0;
  const auto [last, error] = std::from_chars(bits.data(), bits.data() + bits.size(), value, 16);
  if (error != std::errc() || last != bits.data() + bits.size() || bits.size() != 8) {
    throw Error(ErrorCode::Malformed, where, "'" + bits + "' is no float32 as 8 hex digits");
  }
  return std::bit_cast<float>(value);
}

std::string codeMaker(const Recipe& recipe) {
  std::string id = "rtn";
  for (const RecipeStep& step : recipe.steps) {
    if (findMethod(step.method).quantizesWeights()) id = step.method;
  }
  return id;
}

Json toJson(const DeployConfig& config) {
  Json sites = Json::array();
  for (const DeploySite& site : config.sites) sites.push_back(siteJson(site));
  Json tensors = Json::object();
  for (const auto& [name, tensor] : config.tensors) tensors[name] = {{"file", tensor.file}, {"sha256", tensor.sha256}};
  return {{"schema", "outlierscope/deploy"},
          {"version", DeployConfig::kVersion},
          {"tool", config.tool},
          {"format", config.format},
          {"container", config.container},
          {"source",
           {{"name", config.modelName},
            {"fingerprint", config.modelFingerprint},
            {"architecture", config.architecture},
            {"files", filesJson(config.sourceFiles)}}},
          {"calibration",
           {{"snapshot_hash", config.snapshotHash},
            {"source", config.dataSource},
            {"file", config.dataFile},
            {"data_hash", config.dataHash},
            {"seed", config.seed},
            {"samples", config.samples},
            {"length", config.length},
            {"tokens", config.samples * config.length}}},
          {"thresholds", {{"v0", config.recipe.v0}, {"v1", config.recipe.v1}}},
          {"conventions", conventionsJson(config.recipe.rules)},
          {"codes_by", config.codesBy},
          {"changes", config.changes},
          {"sites", std::move(sites)},
          {"recipe", toJson(config.recipe)},
          {"tensors", std::move(tensors)},
          {"files", filesJson(config.files)}};
}

}  // namespace oscope::quant
