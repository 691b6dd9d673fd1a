// --recipe, --v0, --set, ...: how the command line changes a recipe.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/param_options.h"
#include "quant/methods/method_registry.h"

namespace oscope::cli {
namespace {

/// 'blocks.*.ffn_mid=dynamic': every site of the snapshot that the pattern matches; "rule" takes an override back.
void applySet(const std::string& text, const stats::Snapshot& snapshot, quant::Recipe& recipe) {
  const auto [pattern, word] = splitAssignment(text, "SITE=POLICY, e.g. blocks.3.ffn_mid=dynamic");
  const auto policy = quant::parsePolicy(word);
  if (!policy && word != "rule") {
    throw UsageError("unknown policy \"" + word + "\": static, lae_static, dynamic, none, or rule (no override)");
  }
  bool matched = false;
  for (const stats::SiteStats& site : snapshot.sites()) {
    if (fnmatch(pattern.c_str(), toString(site.id).c_str(), 0) != 0) continue;
    matched = true;
    if (policy) {
      recipe.overrides[site.id] = *policy;
    } else {
      recipe.overrides.erase(site.id);
    }
  }
  if (!matched) {
    throw UsageError(fmt::format("\"{}\" names no site of the snapshot ({} ... {})", pattern,
                                 toString(snapshot.sites().front().id), toString(snapshot.sites().back().id)));
  }
}

/// 'fptq.alpha=0.9': a parameter of every step of that method.
void applyParam(const std::string& text, quant::Recipe& recipe) {
  const ParamAssignment given = splitParam(text, "METHOD.KEY=VALUE, e.g. fptq.alpha=0.9");
  bool found = false;
  for (quant::RecipeStep& step : recipe.steps) {
    if (step.method != given.owner) continue;
    found = true;
    step.params.setFromText(quant::findMethod(given.owner).params(), given.key, given.value, "--param " + text);
  }
  if (!found) throw UsageError("--param " + text + ": the recipe has no step \"" + given.owner + "\"");
}

void applyChanges(const RecipeOptions& options, quant::Recipe& recipe) {
  if (!options.methods.empty()) {
    recipe.steps.clear();
    for (const std::string& id : options.methods) {
      recipe.steps.push_back({id, ParamSet(quant::findMethod(id).params())});
    }
  }
  if (options.v0) recipe.v0 = *options.v0;
  if (options.v1) recipe.v1 = *options.v1;
  if (options.bits) recipe.weights.bits = *options.bits;
  if (options.group) recipe.weights.group = *options.group;
  if (options.divisor) recipe.rules.dynamicDivisor = *options.divisor;
  if (!options.scaleDtype.empty()) recipe.rules.scaleDtype = *parseDType(options.scaleDtype);
  if (!options.foldEdges.empty()) recipe.foldEdges = options.foldEdges;
  for (const std::string& text : options.params) applyParam(text, recipe);
}

}  // namespace

void addRecipeOptions(CLI::App& app, RecipeOptions& options) {
  const std::string group = "Recipe";
  app.add_option("--recipe", options.recipe, "Recipe file, or the name of a built-in one (oscope recipes)")
      ->type_name("FILE|NAME")
      ->group(group);
  app.add_option("--v0", options.v0, "Sites with range <= v0 are static (default 15)")->group(group);
  app.add_option("--v1", options.v1, "Sites with range >= v1 are dynamic, between: LAE + static (default 150)")
      ->group(group);
  app.add_option("--set", options.sets, "Override: 'blocks.3.ffn_mid=dynamic', 'blocks.*.ffn_mid=static', '...=rule'")
      ->type_name("SITE=POLICY")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--methods", options.methods, "Steps of the recipe in their order, e.g. fptq,rtn")
      ->delimiter(',')
      ->group(group);
  app.add_option("--param", options.params, "Parameter of a step: fptq.alpha=0.9")
      ->type_name("METHOD.KEY=VALUE")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--bits", options.bits, "Bits of the weights (16: leave them in float)")
      ->check(CLI::IsMember({3, 4, 8, 16}))
      ->group(group);
  app.add_option("--group", options.group, "Input channels that share a weight scale; 0: one scale per output channel")
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  app.add_option("--fold-edges", options.foldEdges, "Edges that folds may use: norm,v_rows,up_rows,fc1_rows")
      ->delimiter(',')
      ->group(group);
  app.add_option("--scale-dtype", options.scaleDtype, "Type that scales are stored in")
      ->check(CLI::IsMember({"BF16", "F16", "F32"}))
      ->group(group);
  app.add_option("--divisor", options.divisor, "Divisor of per-token scales: 127, or 127.5 as some runtimes execute it")
      ->group(group);
}

quant::Recipe makeRecipe(const RecipeOptions& options) {
  quant::Recipe recipe = options.recipe.empty() ? quant::defaultRecipe() : quant::loadRecipe(options.recipe);
  try {
    applyChanges(options, recipe);
    quant::checkRecipe(recipe, "options");
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  return recipe;
}

quant::Recipe bindRecipe(quant::Recipe recipe, const RecipeOptions& options, const stats::Snapshot& snapshot) {
  for (const std::string& text : options.sets) applySet(text, snapshot, recipe);
  recipe.snapshotHash = snapshot.contentHash();
  return recipe;
}

}  // namespace oscope::cli
