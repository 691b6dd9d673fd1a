// What the engineer decides, as versioned JSON: the window edits it, the command line reads it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/ids.h"
#include "analysis/base/json.h"
#include "analysis/base/param_schema.h"
#include "quant/numerics/scheme.h"
#include "quant/policy/activation_policy.h"

namespace oscope::quant {

/// One step: a method of the registry with its parameters. Steps run in order; the last one that quantizes weights
/// makes the codes (round to nearest where none does).
struct RecipeStep {
  std::string method;
  ParamSet params;
  friend bool operator==(const RecipeStep&, const RecipeStep&) = default;
};

struct Recipe {
  static constexpr int kVersion = 1;

  std::string name = "FPTQ W4A8";
  std::vector<RecipeStep> steps;                        ///< default: fptq, rtn
  double v0 = 15, v1 = 150;                             ///< FPTQ thresholds on a site's range
  WeightScheme weights;                                 ///< default of all linears
  std::map<std::string, WeightScheme> weightOverrides;  ///< by HF module name
  std::map<SiteId, Policy> overrides;                   ///< single sites by hand
  std::vector<std::string> foldEdges{"norm"};           ///< edges that folds may use, of knownFoldEdges()
  NumericRules rules;
  std::string snapshotHash;  ///< of the snapshot that it was made on; empty: any
  std::map<SiteId, std::string> notes;

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// Edges that `foldEdges` may name.
const std::vector<std::string>& knownFoldEdges();

/// The built-in default: FPTQ W4A8, group 128.
Recipe defaultRecipe();
/// A recipe that is compiled in (resources/recipes). `id` is its file's name: "fptq-w4a8".
struct BuiltinRecipe {
  std::string id;
  Recipe recipe;
};
/// All built-in recipes, the default first.
const std::vector<BuiltinRecipe>& builtinRecipes();

/// Values out of their domain are InvalidArgument errors that name `where` and the key: thresholds (0 < v0 < v1), bits,
/// groups, divisor, fold edges, unknown methods, no steps.
void checkRecipe(const Recipe& recipe, const std::string& where);

Json toJson(const Recipe& recipe);
/// Checks format, version, keys, types, method names and parameters, and the values (checkRecipe). Errors name `where`
/// and the key.
Recipe recipeFromJson(const Json& json, const std::string& where);
/// A file, or the id or name of a built-in recipe.
Recipe loadRecipe(const std::string& fileOrName);
void saveRecipe(const Recipe& recipe, const std::filesystem::path& path);

}  // namespace oscope::quant
