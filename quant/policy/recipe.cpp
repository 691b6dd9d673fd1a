#include "quant/policy/recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "analysis/base/embedded_file.h"
#include "analysis/base/error.h"
#include "quant/methods/method_registry.h"

namespace oscope::quant {

/// Generated from resources/recipes by CMake.
std::span<const EmbeddedFile> recipeFiles();

namespace {

constexpr const char* kDefaultRecipe = "fptq-w4a8";

[[noreturn]] void refuse(const std::string& where, const std::string& text, const std::string& remedy) {
  throw Error(ErrorCode::InvalidArgument, where, text, remedy);
}

void checkScheme(const WeightScheme& scheme, const std::string& where) {
  if (!scheme.isFloat() && (scheme.bits < 2 || scheme.bits > 8)) {
    refuse(where, fmt::format("{} bits can't be had for weights", scheme.bits), "use 2 to 8, or 16 for float");
  }
  if (scheme.group < 0) refuse(where, fmt::format("a group of {}", scheme.group), "use 0 for one scale per channel");
}

}  // namespace

const std::vector<std::string>& knownFoldEdges() {
  static const std::vector<std::string> edges{"norm", "v_rows", "up_rows", "fc1_rows"};
  return edges;
}

void checkRecipe(const Recipe& recipe, const std::string& where) {
  if (recipe.steps.empty()) refuse(where + ": steps", "the recipe has no step", "name a method, e.g. \"fptq\"");
  for (const RecipeStep& step : recipe.steps) findMethod(step.method);
  if (!(recipe.v0 > 0 && recipe.v0 < recipe.v1 && std::isfinite(recipe.v1))) {
    refuse(where + ": thresholds", fmt::format("v0 = {:g} and v1 = {:g}", recipe.v0, recipe.v1), "keep 0 < v0 < v1");
  }
  checkScheme(recipe.weights, where + ": weights");
  for (const auto& [module, scheme] : recipe.weightOverrides) checkScheme(scheme, where + ": weights of " + module);
  for (const std::string& edge : recipe.foldEdges) {
    const auto& known = knownFoldEdges();
    if (std::find(known.begin(), known.end(), edge) == known.end()) {
      refuse(where + ": fold_edges", fmt::format("unknown fold edge '{}'", edge),
             fmt::format("use {}", fmt::join(known, ", ")));
    }
  }
  const NumericRules& rules = recipe.rules;
  if (!isFloatWeight(rules.scaleDtype)) {
    refuse(where + ": rules.scale_dtype", fmt::format("scales can't be stored as {}", toString(rules.scaleDtype)),
           "use BF16, F16 or F32");
  }
  if (rules.activationBits < 2 || rules.activationBits > 8) {
    refuse(where + ": rules.activation_bits", fmt::format("{} bits", rules.activationBits), "use 2 to 8");
  }
  if (!(rules.dynamicDivisor >= 127.0 && rules.dynamicDivisor <= 128.0)) {
    refuse(where + ": rules.dynamic_divisor", fmt::format("{:g}", rules.dynamicDivisor), "use 127 or 127.5");
  }
}

const std::vector<BuiltinRecipe>& builtinRecipes() {
  static const std::vector<BuiltinRecipe> recipes = [] {
    std::vector<BuiltinRecipe> list;
    for (const EmbeddedFile& file : recipeFiles()) {
      const std::string where = fmt::format("built-in recipe {}", file.name);
      list.push_back({std::string(file.name), recipeFromJson(parseJson(file.text, where), where)});
    }
    std::stable_partition(list.begin(), list.end(), [](const auto& item) { return item.id == kDefaultRecipe; });
    return list;
  }();
  return recipes;
}

Recipe defaultRecipe() {
  return builtinRecipes().front().recipe;
}

Recipe loadRecipe(const std::string& fileOrName) {
  std::vector<std::string> ids;
  for (const BuiltinRecipe& builtin : builtinRecipes()) {
    if (fileOrName == builtin.id || fileOrName == builtin.recipe.name) return builtin.recipe;
    ids.push_back(builtin.id);
  }
  if (!std::filesystem::exists(fileOrName)) {
    throw Error(ErrorCode::FileNotFound, fileOrName, "neither a recipe file nor a built-in recipe",
                fmt::format("built-in recipes: {}", fmt::join(ids, ", ")));
  }
  return recipeFromJson(readJsonFile(fileOrName), fileOrName);
}

void saveRecipe(const Recipe& recipe, const std::filesystem::path& path) {
  writeJsonFile(path, toJson(recipe));
}

}  // namespace oscope::quant
