#include "quant/export/ct_config.h"

#include <algorithm>
#include <set>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

constexpr const char* kMixedFormat = "mixed-precision";
constexpr const char* kTargetedVersion = "0.15.0";  ///< of compressed-tensors: the first with a format per group

Json weightArgs(const WeightScheme& scheme) {
  const bool grouped = scheme.group > 0;
  return {{"num_bits", scheme.bits},
          {"type", "int"},
          {"symmetric", scheme.symmetric},
          {"strategy", grouped ? "group" : "channel"},
          {"group_size", grouped ? Json(scheme.group) : Json(nullptr)},
          {"dynamic", false},
          {"block_structure", nullptr},
          {"actorder", nullptr},
          {"observer", "minmax"},
          {"observer_kwargs", Json::object()}};
}

Json activationArgs(const CtScheme& scheme) {
  if (scheme.activation == Granularity::Float) return nullptr;
  const bool dynamic = scheme.activation == Granularity::Token;
  return {{"num_bits", scheme.activationBits},
          {"type", "int"},
          {"symmetric", true},
          {"strategy", dynamic ? "token" : "tensor"},
          {"group_size", nullptr},
          {"dynamic", dynamic},
          {"block_structure", nullptr},
          {"actorder", nullptr},
          {"observer", dynamic ? Json(nullptr) : Json("minmax")},
          {"observer_kwargs", Json::object()}};
}

std::vector<std::string> requireStrings(const Json& object, const char* key, const std::string& where) {
  const auto list = requireKey<Json>(object, key, where);
  std::vector<std::string> strings;
  for (const Json& item : list) {
    if (!item.is_string()) throw Error(ErrorCode::Malformed, where, std::string(key) + " is no list of strings");
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

/// What is common to weights and activations, checked.
void requireIntegerArgs(const Json& args, const std::string& where) {
  if (requireKey<std::string>(args, "type", where) != "int") {
    throw Error(ErrorCode::Unsupported, where, "type is not 'int'", "only integer quantization is read back");
  }
  if (args.contains("actorder") && !args.at("actorder").is_null()) {
    throw Error(ErrorCode::Unsupported, where, "act-order is not read back", "export without act-order");
  }
}

WeightScheme readWeights(const Json& args, const std::string& where) {
  requireIntegerArgs(args, where);
  WeightScheme scheme;
  scheme.bits = static_cast<int>(requireKey<std::int64_t>(args, "num_bits", where));
  scheme.symmetric = requireKey<bool>(args, "symmetric", where);
  const auto strategy = requireKey<std::string>(args, "strategy", where);
  scheme.group = strategy == "group" ? requireKey<std::int64_t>(args, "group_size", where) : 0;
  if ((strategy != "group" && strategy != "channel") || (scheme.bits != 4 && scheme.bits != 8) || scheme.group < 0) {
    throw Error(ErrorCode::Unsupported, where, "weights of another kind than int4 or int8 per group or per channel");
  }
  return scheme;
}

void readActivations(const Json& args, const std::string& where, CtScheme& scheme) {
  scheme.activation = Granularity::Float;
  if (args.is_null()) return;
  requireIntegerArgs(args, where);
  scheme.activationBits = static_cast<int>(requireKey<std::int64_t>(args, "num_bits", where));
  const auto strategy = requireKey<std::string>(args, "strategy", where);
  const bool dynamic = requireKey<bool>(args, "dynamic", where);
  if (strategy == "tensor" && !dynamic) {
    scheme.activation = Granularity::Tensor;
  } else if (strategy == "token" && dynamic) {
    scheme.activation = Granularity::Token;
  } else {
    throw Error(ErrorCode::Unsupported, where, "activations of strategy '" + strategy + "' are not read back");
  }
}

CtContainer readFormat(const Json& group, const std::string& where) {
  const auto format = requireKey<std::string>(group, "format", where);
  for (const CtContainer container : {CtContainer::Packed, CtContainer::Int8}) {
    if (format == formatName(container)) return container;
  }
  throw Error(ErrorCode::Unsupported, where, "format '" + format + "' is not read back");
}

}  // namespace

std::string_view formatName(CtContainer container) {
  return container == CtContainer::Packed ? "pack-quantized" : "int-quantized";
}

const CtScheme* CtConfig::find(const std::string& module) const {
  for (const auto& [scheme, modules] : groups) {
    if (std::find(modules.begin(), modules.end(), module) != modules.end()) return &scheme;
  }
  return nullptr;
}

CtConfig makeCtConfig(const model::ModelGraph& graph, const Plan& plan, CtContainer preferred) {
  CtConfig config;
  for (const SitePlan& site : plan.sites) {
    for (const LinearPlan& linear : site.linears) {
      if (linear.scheme.isFloat()) {
        config.ignore.push_back(linear.module);
        continue;
      }
      CtScheme scheme{linear.scheme, preferred, site.activation.granularity, site.activation.bits};
      if (scheme.activation == Granularity::Float) scheme.activationBits = CtScheme{}.activationBits;
      if (scheme.weights.bits == 8) {
        scheme.container = scheme.activation == Granularity::Float ? CtContainer::Packed : CtContainer::Int8;
      }
      if (!scheme.weights.symmetric) scheme.container = CtContainer::Int8;
      const auto same = [&](const auto& group) { return group.first == scheme; };
      auto group = std::find_if(config.groups.begin(), config.groups.end(), same);
      if (group == config.groups.end()) group = config.groups.insert(group, {scheme, {}});
      group->second.push_back(linear.module);
    }
  }
  if (!graph.head.module.empty()) config.ignore.push_back(graph.head.module);
  return config;
}

Json toJson(const CtConfig& config) {
  std::set<std::string_view> formats;
  Json groups = Json::object();
  for (const auto& [scheme, modules] : config.groups) {
    const std::string_view format = formatName(scheme.container);
    formats.insert(format);
    groups["group_" + std::to_string(groups.size())] = {{"targets", modules},
                                                        {"weights", weightArgs(scheme.weights)},
                                                        {"input_activations", activationArgs(scheme)},
                                                        {"output_activations", nullptr},
                                                        {"format", format}};
  }
  return {{"quant_method", "compressed-tensors"},
          {"quantization_status", "compressed"},
          {"format", formats.size() == 1 ? *formats.begin() : kMixedFormat},
          {"config_groups", groups},
          {"ignore", config.ignore},
          {"kv_cache_scheme", nullptr},
          {"global_compression_ratio", nullptr},
          {"sparsity_config", Json::object()},
          {"transform_config", Json::object()},
          {"version", kTargetedVersion}};
}

CtConfig ctConfigFromJson(const Json& json, const std::string& where) {
  if (requireKey<std::string>(json, "quant_method", where) != "compressed-tensors" ||
      requireKey<std::string>(json, "quantization_status", where) != "compressed") {
    throw Error(ErrorCode::Unsupported, where, "is no compressed compressed-tensors model");
  }
  CtConfig config;
  std::set<std::string> seen;
  const auto claim = [&](const std::string& module, const std::string& at) {
    if (!seen.insert(module).second) throw Error(ErrorCode::Malformed, at, "names module '" + module + "' twice");
  };
  const auto groups = requireKey<Json>(json, "config_groups", where);
  for (const auto& [name, group] : groups.items()) {
    const std::string at = where + ", config_groups." + name;
    CtScheme scheme;
    scheme.container = readFormat(group, at);
    scheme.weights = readWeights(requireKey<Json>(group, "weights", at), at + ".weights");
    readActivations(optionalKey<Json>(group, "input_activations", nullptr, at), at + ".input_activations", scheme);
    auto modules = requireStrings(group, "targets", at);
    for (const std::string& module : modules) {
      if (module.rfind("re:", 0) == 0 || module.find('.') == std::string::npos) {
        throw Error(ErrorCode::Unsupported, at, "target '" + module + "' is a pattern or a class, no module name");
      }
      claim(module, at);
    }
    config.groups.emplace_back(scheme, std::move(modules));
  }
  config.ignore = requireStrings(json, "ignore", where);
  for (const std::string& module : config.ignore) claim(module, where + ", ignore");
  return config;
}

}  // namespace oscope::quant
