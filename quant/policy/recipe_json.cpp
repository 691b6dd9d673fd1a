// Recipe as JSON. Keys and their meaning: resources/schemas/recipe.schema.json.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "analysis/base/error.h"
#include "quant/methods/method_registry.h"
#include "quant/policy/recipe.h"

namespace oscope::quant {
namespace {

constexpr const char* kFormat = "outlierscope-recipe";

void requireKnownKeys(const Json& object, std::initializer_list<const char*> known, const std::string& where) {
  if (!object.is_object()) throw Error(ErrorCode::Malformed, where, "must be an object", "see recipe.schema.json");
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    throw Error(ErrorCode::Malformed, where, fmt::format("unknown key '{}'", item.key()),
                fmt::format("known keys: {}", fmt::join(known, ", ")));
  }
}

const Json& objectUnder(const Json& json, const char* key) {
  static const Json empty = Json::object();
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? empty : *found;
}

Json schemeToJson(const WeightScheme& scheme) {
  return {{"bits", scheme.bits}, {"group", scheme.group}, {"symmetric", scheme.symmetric}};
}

WeightScheme schemeFromJson(const Json& json, const std::string& where) {
  requireKnownKeys(json, {"bits", "group", "symmetric"}, where);
  WeightScheme scheme;
  scheme.bits = static_cast<int>(optionalKey<std::int64_t>(json, "bits", scheme.bits, where));
  scheme.group = optionalKey<std::int64_t>(json, "group", scheme.group, where);
  scheme.symmetric = optionalKey<bool>(json, "symmetric", scheme.symmetric, where);
  return scheme;
}

NumericRules rulesFromJson(const Json& json, const std::string& where) {
  requireKnownKeys(json, {"scale_dtype", "activation_bits", "dynamic_divisor"}, where);
  NumericRules rules;
  const std::string dtype =
      optionalKey<std::string>(json, "scale_dtype", std::string(toString(rules.scaleDtype)), where);
  const std::optional<DType> parsed = parseDType(dtype);
  if (!parsed) {
    throw Error(ErrorCode::Malformed, where + ".scale_dtype", fmt::format("'{}' is no dtype", dtype),
                "use BF16, F16 or F32");
  }
  rules.scaleDtype = *parsed;
  rules.activationBits =
      static_cast<int>(optionalKey<std::int64_t>(json, "activation_bits", rules.activationBits, where));
  rules.dynamicDivisor = optionalKey<double>(json, "dynamic_divisor", rules.dynamicDivisor, where);
  return rules;
}

SiteId siteFromKey(const std::string& key, const std::string& where) {
  if (const std::optional<SiteId> id = parseSiteId(key)) return *id;
  throw Error(ErrorCode::Malformed, where, fmt::format("'{}' names no site", key),
              "sites are spelled like blocks.3.ffn_mid; kinds: attn_in, attn_out, ffn_in, ffn_mid");
}

std::string textOf(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  throw Error(ErrorCode::Malformed, where, "must be a string", "see recipe.schema.json");
}

Policy policyOf(const Json& value, const std::string& where) {
  const std::string text = textOf(value, where);
  if (const std::optional<Policy> policy = parsePolicy(text)) return *policy;
  throw Error(ErrorCode::Malformed, where, fmt::format("'{}' is no policy", text),
              "use static, lae_static, dynamic or none");
}

std::vector<RecipeStep> stepsFromJson(const Json& json, const std::string& where) {
  if (!json.is_array()) throw Error(ErrorCode::Malformed, where, "must be an array of steps", "see recipe.schema.json");
  std::vector<RecipeStep> steps;
  for (const Json& item : json) {
    const std::string at = fmt::format("{}[{}]", where, steps.size());
    requireKnownKeys(item, {"method", "params"}, at);
    const std::string method = requireKey<std::string>(item, "method", at);
    steps.push_back({method, ParamSet::fromJson(findMethod(method).params(), objectUnder(item, "params"),
                                                fmt::format("{}.params of {}", at, method))});
  }
  return steps;
}

}  // namespace

Json toJson(const Recipe& recipe) {
  Json json = Json::object();
  json["format"] = kFormat;
  json["version"] = Recipe::kVersion;
  json["name"] = recipe.name;
  json["steps"] = Json::array();
  for (const RecipeStep& step : recipe.steps) {
    json["steps"].push_back({{"method", step.method}, {"params", step.params.toJson()}});
  }
  json["thresholds"] = {{"v0", recipe.v0}, {"v1", recipe.v1}};
  json["weights"] = schemeToJson(recipe.weights);
  for (const auto& [module, scheme] : recipe.weightOverrides) json["weight_overrides"][module] = schemeToJson(scheme);
  for (const auto& [site, policy] : recipe.overrides) json["overrides"][toString(site)] = std::string(toString(policy));
  json["fold_edges"] = recipe.foldEdges;
  json["rules"] = {{"scale_dtype", std::string(toString(recipe.rules.scaleDtype))},
                   {"activation_bits", recipe.rules.activationBits},
                   {"dynamic_divisor", recipe.rules.dynamicDivisor}};
  if (!recipe.snapshotHash.empty()) json["snapshot"] = recipe.snapshotHash;
  for (const auto& [site, note] : recipe.notes) json["notes"][toString(site)] = note;
  return json;
}

Recipe recipeFromJson(const Json& json, const std::string& where) {
  requireKnownKeys(json,
                   {"format", "version", "name", "steps", "thresholds", "weights", "weight_overrides", "overrides",
                    "fold_edges", "rules", "snapshot", "notes"},
                   where);
  if (requireKey<std::string>(json, "format", where) != kFormat) {
    throw Error(ErrorCode::Malformed, where, "this file is no recipe",
                fmt::format("\"format\" must be \"{}\"", kFormat));
  }
  const auto version = requireKey<std::int64_t>(json, "version", where);
  if (version != Recipe::kVersion) {
    throw Error(ErrorCode::Unsupported, where, fmt::format("recipe version {}", version),
                fmt::format("this program reads version {}", Recipe::kVersion));
  }
  Recipe recipe;
  recipe.name = requireKey<std::string>(json, "name", where);
  recipe.steps = stepsFromJson(requireKey<Json>(json, "steps", where), where + ": steps");
  const Json& thresholds = objectUnder(json, "thresholds");
  requireKnownKeys(thresholds, {"v0", "v1"}, where + ": thresholds");
  recipe.v0 = optionalKey<double>(thresholds, "v0", recipe.v0, where + ": thresholds");
  recipe.v1 = optionalKey<double>(thresholds, "v1", recipe.v1, where + ": thresholds");
  recipe.weights = schemeFromJson(objectUnder(json, "weights"), where + ": weights");
  for (const auto& item : objectUnder(json, "weight_overrides").items()) {
    recipe.weightOverrides[item.key()] = schemeFromJson(item.value(), where + ": weight_overrides." + item.key());
  }
  for (const auto& item : objectUnder(json, "overrides").items()) {
    const std::string at = where + ": overrides." + item.key();
    recipe.overrides[siteFromKey(item.key(), at)] = policyOf(item.value(), at);
  }
  if (json.contains("fold_edges")) {
    recipe.foldEdges.clear();
    if (!json["fold_edges"].is_array()) {
      throw Error(ErrorCode::Malformed, where + ": fold_edges", "must be an array", "see recipe.schema.json");
    }
    for (const Json& edge : json["fold_edges"]) recipe.foldEdges.push_back(textOf(edge, where + ": fold_edges"));
  }
  recipe.rules = rulesFromJson(objectUnder(json, "rules"), where + ": rules");
  recipe.snapshotHash = optionalKey<std::string>(json, "snapshot", "", where);
  for (const auto& item : objectUnder(json, "notes").items()) {
    const std::string at = where + ": notes." + item.key();
    recipe.notes[siteFromKey(item.key(), at)] = textOf(item.value(), at);
  }
  checkRecipe(recipe, where);
  return recipe;
}

}  // namespace oscope::quant
