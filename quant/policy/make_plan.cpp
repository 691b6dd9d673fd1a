// snapshot + recipe -> plan: the frame around the methods' plan hooks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/base/error.h"
#include "quant/methods/method_registry.h"
#include "quant/policy/plan.h"
#include "quant/policy/policy_rules.h"
#include "quant/transform/channel_scale.h"

namespace oscope::quant {
namespace {

void requireMatch(const stats::Snapshot& snapshot, const Recipe& recipe) {
  const std::string where = fmt::format("recipe '{}'", recipe.name);
  if (!recipe.snapshotHash.empty() && recipe.snapshotHash != snapshot.contentHash()) {
    throw Error(ErrorCode::Mismatch, where,
                fmt::format("made on snapshot {:.12}, this is {:.12}", recipe.snapshotHash, snapshot.contentHash()),
                "open that snapshot, or remove \"snapshot\" from the recipe");
  }
  const auto requireSite = [&](SiteId id, const char* key) {
    if (snapshot.contains(id)) return;
    throw Error(ErrorCode::Mismatch, where + ": " + key,
                fmt::format("{} is no site of {} ({} blocks)", toString(id), snapshot.provenance().modelName,
                            snapshot.blocks()),
                "is this a recipe of another model?");
  };
  for (const auto& item : recipe.overrides) requireSite(item.first, "overrides");
  for (const auto& item : recipe.notes) requireSite(item.first, "notes");

  std::set<std::string> modules;
  for (const stats::SiteStats& site : snapshot.sites()) {
    for (const stats::ReaderStats& reader : site.readers) modules.insert(reader.module);
  }
  for (const auto& item : recipe.weightOverrides) {
    if (modules.count(item.first) > 0) continue;
    throw Error(ErrorCode::Mismatch, where + ": weight_overrides",
                fmt::format("'{}' is no linear of {}", item.first, snapshot.provenance().modelName),
                "use the module names of the checkpoint; is this a recipe of another model?");
  }

  const std::vector<std::string>& ran = snapshot.provenance().observers;
  for (const RecipeStep& step : recipe.steps) {
    for (const std::string& observer : findMethod(step.method).observers(step.params)) {
      if (std::find(ran.begin(), ran.end(), observer) != ran.end()) continue;
      throw Error(ErrorCode::Mismatch, where,
                  fmt::format("{} needs what the observer '{}' records, and this calibration ran without it",
                              step.method, observer),
                  fmt::format("calibrate again with the observer '{}'", observer));
    }
  }
}

SitePlan emptySite(const stats::SiteStats& site, const stats::Snapshot& snapshot, const Recipe& recipe,
                   const SitePlan* known) {
  SitePlan plan;
  plan.id = site.id;
  plan.reason = "no step of the recipe quantizes activations";
  plan.range = known != nullptr ? known->range : site.range();
  plan.rangeWithoutFirst =
      known != nullptr ? known->rangeWithoutFirst : rangeWithoutFirstToken(site, snapshot.provenance().length);
  plan.rangeAfter = plan.range;
  for (const stats::ReaderStats& reader : site.readers) {
    const auto own = recipe.weightOverrides.find(reader.module);
    LinearPlan linear{reader.module,
                      reader.role,
                      reader.out,
                      site.channels,
                      own == recipe.weightOverrides.end() ? recipe.weights : own->second,
                      false};
    linear.groupFellBack =
        !linear.scheme.isFloat() && linear.scheme.group > 0 && site.channels % linear.scheme.group != 0;
    if (linear.groupFellBack) linear.scheme.group = 0;
    plan.linears.push_back(std::move(linear));
  }
  return plan;
}

/// Overrides in recipes whose steps don't look at them: the activation changes, a fold by a method stays.
void applyOverride(SitePlan& site, Policy policy, const NumericRules& rules, Diagnostics& diagnostics) {
  site.overridden = true;
  if (policy == Policy::LaeStatic) {
    diagnostics.push_back({Severity::Warning, "plan.override_ignored", toString(site.id),
                           "lae_static was chosen by hand, and no step of the recipe makes LAE scales",
                           "add the step fptq, or choose static, dynamic or none"});
    return;
  }
  site.policy = policy;
  site.reason = "chosen by hand";
  if (policy == Policy::Static) setStatic(site, rules);
  if (policy == Policy::Dynamic) setDynamic(site, rules);
  if (policy == Policy::None) setFloat(site);
}

void reportGroups(Plan& plan) {
  struct Linears {
    std::int64_t count = 0;
    std::vector<std::string> roles;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Linears> byGroupAndWidth;
  for (const SitePlan& site : plan.sites) {
    for (const LinearPlan& linear : site.linears) {
      if (!linear.groupFellBack) continue;
      const auto own = plan.recipe.weightOverrides.find(linear.module);
      const std::int64_t wanted =
          own == plan.recipe.weightOverrides.end() ? plan.recipe.weights.group : own->second.group;
      Linears& found = byGroupAndWidth[{wanted, linear.in}];
      ++found.count;
      const auto known = std::find(found.roles.begin(), found.roles.end(), linear.role);
      if (known == found.roles.end()) found.roles.push_back(linear.role);
    }
  }
  for (const auto& [groupAndWidth, linears] : byGroupAndWidth) {
    plan.diagnostics.push_back(
        {Severity::Warning, "plan.group_fallback", "weights",
         fmt::format("a group of {} does not divide the {} input channels of {} linears ({}): they get one scale per "
                     "output channel",
                     groupAndWidth.first, groupAndWidth.second, linears.count, fmt::join(linears.roles, ", ")),
         "choose a group that divides the width"});
  }
}

}  // namespace

Plan makePlan(const stats::Snapshot& snapshot, const Recipe& recipe, const Plan* known) {
  checkRecipe(recipe, fmt::format("recipe '{}'", recipe.name));
  requireMatch(snapshot, recipe);
  Plan plan;
  plan.recipe = recipe;
  plan.snapshotHash = snapshot.contentHash();
  plan.modelFingerprint = snapshot.provenance().modelFingerprint;
  if (known != nullptr && known->snapshotHash != plan.snapshotHash) known = nullptr;
  for (const stats::SiteStats& site : snapshot.sites()) {
    const SitePlan* same = known != nullptr ? &known->sites[plan.sites.size()] : nullptr;
    plan.sites.push_back(emptySite(site, snapshot, recipe, same));
  }
  for (const RecipeStep& step : recipe.steps) findMethod(step.method).plan({snapshot, recipe, step.params}, plan);
  for (SitePlan& site : plan.sites) {
    const auto override = recipe.overrides.find(site.id);
    if (override != recipe.overrides.end() && !site.overridden) {
      applyOverride(site, override->second, recipe.rules, plan.diagnostics);
    }
  }
  reportGroups(plan);
  return plan;
}

}  // namespace oscope::quant
