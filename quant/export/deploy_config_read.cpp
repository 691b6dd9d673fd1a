#include "analysis/base/error.h"
#include "quant/export/deploy_config.h"
#include "quant/export/granularity.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

std::vector<DeployFile> readFiles(const Json& object, const std::string& where) {
  std::vector<DeployFile> files;
  const auto list = requireKey<Json>(object, "files", where);
  for (const Json& item : list) {
    const std::string at = where + ".files";
    files.push_back({requireKey<std::string>(item, "name", at),
                     static_cast<std::uint64_t>(requireKey<std::int64_t>(item, "bytes", at)),
                     requireKey<std::string>(item, "sha256", at)});
  }
  return files;
}

ActivationPlan readActivation(const Json& json, const std::string& where) {
  ActivationPlan activation;
  const auto word = requireKey<std::string>(json, "granularity", where);
  const auto granularity = parseGranularity(word);
  if (!granularity) throw Error(ErrorCode::Malformed, where, "granularity '" + word + "' is unknown");
  activation.granularity = *granularity;
  if (activation.granularity == Granularity::Float) return activation;
  activation.bits = static_cast<int>(requireKey<std::int64_t>(json, "bits", where));
  if (activation.granularity == Granularity::Tensor) {
    activation.scale = floatFromBits(requireKey<std::string>(json, "scale_bits", where), where + ".scale_bits");
  } else {
    activation.divisor = requireKey<double>(json, "divisor", where);
  }
  return activation;
}

LinearPlan readLinear(const Json& json, const std::string& where) {
  LinearPlan linear;
  linear.module = requireKey<std::string>(json, "module", where);
  linear.role = requireKey<std::string>(json, "role", where);
  linear.out = requireKey<std::int64_t>(json, "out", where);
  linear.in = requireKey<std::int64_t>(json, "in", where);
  linear.groupFellBack = requireKey<bool>(json, "group_fell_back", where);
  const auto weight = requireKey<Json>(json, "weight", where);
  linear.scheme.bits = static_cast<int>(requireKey<std::int64_t>(weight, "bits", where + ".weight"));
  if (!linear.scheme.isFloat()) {
    linear.scheme.group = requireKey<std::int64_t>(weight, "group", where + ".weight");
    linear.scheme.symmetric = requireKey<bool>(weight, "symmetric", where + ".weight");
  }
  return linear;
}

DeploySite readSite(const Json& json, const std::string& parent) {
  DeploySite site;
  SitePlan& plan = site.plan;
  const auto name = requireKey<std::string>(json, "site", parent);
  const std::string where = parent + " " + name;
  const auto id = parseSiteId(name);
  const auto policy = parsePolicy(requireKey<std::string>(json, "policy", where));
  if (!id || !policy) throw Error(ErrorCode::Malformed, where, "site or policy is unknown");
  plan.id = *id;
  plan.policy = *policy;
  plan.reason = requireKey<std::string>(json, "reason", where);
  plan.overridden = requireKey<bool>(json, "overridden", where);
  plan.range = static_cast<float>(requireKey<double>(json, "range", where));
  plan.rangeWithoutFirst = static_cast<float>(requireKey<double>(json, "range_without_first_token", where));
  plan.rangeAfter = requireKey<double>(json, "range_after_fold", where);
  plan.activation = readActivation(requireKey<Json>(json, "activation", where), where + ".activation");
  const auto fold = optionalKey<Json>(json, "fold", nullptr, where);
  if (!fold.is_null()) {
    plan.foldEdge = requireKey<std::string>(fold, "edge", where + ".fold");
    site.producer = requireKey<std::string>(fold, "producer", where + ".fold");
  }
  const auto tokens = requireKey<Json>(json, "token_absmax", where);
  site.tokenMedian = requireKey<double>(tokens, "median", where);
  site.tokenP99 = requireKey<double>(tokens, "p99", where);
  site.tokenP999 = requireKey<double>(tokens, "p999", where);
  const auto predicted = optionalKey<Json>(json, "predicted_sqnr_db", nullptr, where);
  if (predicted.is_number()) site.predictedDb = predicted.get<double>();
  const auto linears = requireKey<Json>(json, "linears", where);
  for (const Json& linear : linears) {
    plan.linears.push_back(readLinear(linear, where + ".linears"));
    site.weightErrors.push_back(requireKey<double>(linear, "weight_error", where + ".linears"));
  }
  return site;
}

}  // namespace

DeployConfig deployConfigFromJson(const Json& json, const std::string& where) {
  if (requireKey<std::string>(json, "schema", where) != "outlierscope/deploy") {
    throw Error(ErrorCode::Malformed, where, "is no sidecar of an export");
  }
  if (requireKey<std::int64_t>(json, "version", where) > DeployConfig::kVersion) {
    throw Error(ErrorCode::Unsupported, where, "was written by a newer version", "use that version to verify");
  }
  DeployConfig config;
  config.tool = requireKey<std::string>(json, "tool", where);
  config.format = requireKey<std::string>(json, "format", where);
  config.container = requireKey<std::string>(json, "container", where);
  const auto source = requireKey<Json>(json, "source", where);
  config.modelName = requireKey<std::string>(source, "name", where + ".source");
  config.modelFingerprint = requireKey<std::string>(source, "fingerprint", where + ".source");
  config.architecture = requireKey<std::string>(source, "architecture", where + ".source");
  config.sourceFiles = readFiles(source, where + ".source");
  const auto calibration = requireKey<Json>(json, "calibration", where);
  const std::string at = where + ".calibration";
  config.snapshotHash = requireKey<std::string>(calibration, "snapshot_hash", at);
  config.dataSource = requireKey<std::string>(calibration, "source", at);
  config.dataFile = requireKey<std::string>(calibration, "file", at);
  config.dataHash = requireKey<std::string>(calibration, "data_hash", at);
  config.seed = static_cast<std::uint64_t>(requireKey<std::int64_t>(calibration, "seed", at));
  config.samples = requireKey<std::int64_t>(calibration, "samples", at);
  config.length = requireKey<std::int64_t>(calibration, "length", at);
  config.recipe = recipeFromJson(requireKey<Json>(json, "recipe", where), where + ".recipe");
  config.codesBy = requireKey<std::string>(json, "codes_by", where);
  const auto changes = requireKey<Json>(json, "changes", where);
  for (const Json& change : changes) config.changes.push_back(change.get<std::string>());
  const auto sites = requireKey<Json>(json, "sites", where);
  for (const Json& site : sites) config.sites.push_back(readSite(site, where + ", site"));
  const auto tensors = requireKey<Json>(json, "tensors", where);
  for (const auto& [name, tensor] : tensors.items()) {
    config.tensors[name] = {requireKey<std::string>(tensor, "file", where + " " + name),
                            requireKey<std::string>(tensor, "sha256", where + " " + name)};
  }
  config.files = readFiles(json, where);
  return config;
}

}  // namespace oscope::quant
