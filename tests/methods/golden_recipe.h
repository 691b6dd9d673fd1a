// The recipe that does what a golden of the methods says: from the options in its JSON.
#pragma once

#include <optional>
#include <string>

#include "analysis/base/json.h"
#include "quant/policy/recipe.h"

namespace oscope::test {

/// Goldens of methods that search on activations saw 4 of the 32 calibration windows of 128 tokens; all are kept whole.
inline constexpr std::int64_t kGoldenRows = 4096, kSearchedRows = 512;

/// `options` of methods.<name>, `group` the model's group_default. Nullopt: a golden of what the product does not have
/// (other methods, quantized caches).
inline std::optional<quant::Recipe> goldenRecipe(const std::string& name, const Json& options, std::int64_t group) {
  const std::string family = options.at("family");
  const auto text = [&](const char* key) { return options.value(key, std::string()); };
  Json steps = Json::array();
  Json weights = {{"bits", 4}, {"group", group}, {"symmetric", true}};
  Json rules = Json::object();
  Json edges = Json::array({"norm"});
  if (options.contains("kv") || options.contains("bits_by_site")) return std::nullopt;
  if (options.contains("weights")) {
    const Json& given = options.at("weights");
    const Json& wanted = given.at("group");
    weights = {{"bits", given.at("bits")}, {"symmetric", given.at("sym")}};
    weights["group"] = wanted.is_string() ? group : std::max<std::int64_t>(0, wanted.get<std::int64_t>());
  }
  const auto gptqStep = [&] {
    return Json{{"method", "gptq"},
                {"params",
                 {{"act_order", options.value("act_order", false)},
                  {"groups", options.value("act_order", false) ? "static" : options.value("groups", "updated")},
                  {"damping", options.value("percdamp", 0.01)}}}};
  };
  const auto rtnStep = [](const char* activations) {
    return Json{{"method", "rtn"}, {"params", {{"activations", activations}}}};
  };

  if (family == "rtn") {
    steps.push_back(rtnStep(text("acts") == "token" ? "dynamic" : "none"));
  } else if (family == "smoothquant" && options.at("alpha").is_null()) {
    steps.push_back(rtnStep(text("level") == "O1" ? "dynamic" : "static"));
  } else if (family == "smoothquant") {
    const std::string level = text("level") == "O1" ? "o1" : text("level") == "O2" ? "o2" : "o3";
    steps.push_back({{"method", "smoothquant"}, {"params", {{"alpha", options.at("alpha")}, {"level", level}}}});
    steps.push_back(rtnStep("keep"));
  } else if (family == "gptq") {
    steps.push_back(gptqStep());
  } else if (family == "awq") {
    steps.push_back({{"method", "awq"}, {"params", {{"runtime_scales", true}, {"clip", options.at("clip")}}}});
    edges = quant::knownFoldEdges();
  } else if (family == "fptq") {
    steps.push_back({{"method", "fptq"}});
    if (text("then") == "awq_clip") {
      steps.push_back({{"method", "awq"}, {"params", {{"scale", false}}}});
    } else {
      steps.push_back(text("then") == "gptq" ? gptqStep() : rtnStep("keep"));
    }
  } else if (family == "osplus") {
    steps.push_back({{"method", "osplus"}, {"params", {{"rows", kSearchedRows}}}});
    steps.push_back(rtnStep("keep"));
  } else if (family == "rptq") {
    const Json& clusters = options.at("clusters");
    const Json& heads = clusters.at("attn_out");
    steps.push_back({{"method", "rptq"},
                     {"params",
                      {{"clusters", clusters.at("ffn_in")},
                       {"head_clusters", heads.is_null() ? Json(0) : heads},
                       {"norm_bits", text("ln_bits") == "max8" ? 8 : 2}}}});
    steps.push_back(text("then") == "gptq" ? gptqStep() : rtnStep("keep"));
    rules["activation_bits"] = options.at("act_bits");
  } else {
    return std::nullopt;
  }
  Json json = toJson(quant::defaultRecipe());
  json["name"] = name;
  json["steps"] = std::move(steps);
  json["weights"] = std::move(weights);
  json["rules"].update(rules);
  json["fold_edges"] = std::move(edges);
  if (options.contains("v0")) json["thresholds"] = {{"v0", options.at("v0")}, {"v1", options.at("v1")}};
  return quant::recipeFromJson(json, name);
}

}  // namespace oscope::test
