#include "quant/compare/snapshot_diff.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "analysis/base/error.h"
#include "quant/methods/method_registry.h"

namespace oscope::quant {
namespace {

constexpr double kSameRange = 1.01;  ///< factors closer to 1 are no difference

std::string textOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void diffInto(const Json& a, const Json& b, const std::string& path, std::vector<FactDifference>& found) {
  std::set<std::string> keys;
  for (const Json* side : {&a, &b}) {
    for (const auto& item : side->items()) keys.insert(item.key());
  }
  for (const std::string& key : keys) {
    const std::string at = path.empty() ? key : path + "." + key;
    const bool inA = a.contains(key), inB = b.contains(key);
    if (inA && inB && a.at(key) == b.at(key)) continue;
    if (inA && inB && a.at(key).is_object() && b.at(key).is_object()) {
      diffInto(a.at(key), b.at(key), at, found);
    } else {
      found.push_back({at, inA ? textOf(a.at(key)) : "", inB ? textOf(b.at(key)) : ""});
    }
  }
}

/// What people want to know of a provenance, under the names of the calibration's options.
Json factsOf(const stats::Provenance& p) {
  return {{"model", p.modelName},
          {"weights", p.modelFingerprint.substr(0, 12)},
          {"data", p.dataFile.empty() ? p.dataSource : p.dataSource + ": " + p.dataFile},
          {"tokens", p.dataHash.substr(0, 12)},
          {"seed", p.seed},
          {"samples", p.samples},
          {"length", p.length},
          {"first sample", p.firstSample},
          {"observers", p.observers},
          {"observer parameters", p.observerParams}};
}

/// The recipe as far as it fits `snapshot`.
Recipe fitted(const stats::Snapshot& snapshot, Recipe recipe) {
  std::vector<std::string> dropped;
  recipe.snapshotHash.clear();
  recipe.notes.clear();
  std::erase_if(recipe.overrides, [&](const auto& item) { return !snapshot.contains(item.first); });
  return plannablePart(snapshot, std::move(recipe), dropped);
}

void addSide(const stats::Snapshot& snapshot, const Recipe& recipe, std::vector<SiteDifference>& sites,
             std::optional<float> SiteDifference::*range, std::optional<Policy> SiteDifference::*policy,
             std::string& whyNoPolicies) {
  std::optional<Plan> plan;
  try {
    plan = makePlan(snapshot, fitted(snapshot, recipe));
  } catch (const Error& error) {
    whyNoPolicies = error.text();
  }
  for (std::size_t i = 0; i < snapshot.sites().size(); ++i) {
    const stats::SiteStats& stats = snapshot.sites()[i];
    auto site = std::find_if(sites.begin(), sites.end(), [&](const SiteDifference& s) { return s.id == stats.id; });
    if (site == sites.end()) site = sites.insert(sites.end(), SiteDifference{stats.id, {}, {}, {}, {}});
    (*site).*range = stats.range();
    if (plan) (*site).*policy = plan->sites[i].policy;
  }
}

/// Sort key: what is missing is the largest difference.
double distance(const SiteDifference& site) {
  if (site.rangeA.has_value() != site.rangeB.has_value()) return std::numeric_limits<double>::infinity();
  const std::optional<double> factor = site.factor();
  return factor ? std::abs(std::log(*factor)) : 0;
}

}  // namespace

Recipe plannablePart(const stats::Snapshot& snapshot, Recipe recipe, std::vector<std::string>& dropped) {
  const std::vector<std::string>& ran = snapshot.provenance().observers;
  std::erase_if(recipe.steps, [&](const RecipeStep& step) {
    const std::vector<std::string> needed = findMethod(step.method).observers(step.params);
    const bool lacking = std::any_of(needed.begin(), needed.end(), [&](const std::string& id) {
      return std::find(ran.begin(), ran.end(), id) == ran.end();
    });
    if (lacking) dropped.push_back(step.method);
    return lacking;
  });
  if (recipe.steps.empty()) recipe.steps.push_back({"rtn", ParamSet(findMethod("rtn").params())});
  return recipe;
}

std::vector<FactDifference> diffJson(const Json& a, const Json& b) {
  std::vector<FactDifference> found;
  diffInto(a, b, "", found);
  return found;
}

std::optional<double> SiteDifference::factor() const {
  if (!rangeA || !rangeB || *rangeA <= 0 || *rangeB <= 0) return std::nullopt;
  return static_cast<double>(*rangeB) / static_cast<double>(*rangeA);
}

bool SiteDifference::differs() const {
  if (policyDiffers() || rangeA.has_value() != rangeB.has_value()) return true;
  const std::optional<double> ratio = factor();
  return ratio ? std::abs(std::log(*ratio)) > std::log(kSameRange) : rangeA != rangeB;
}

SnapshotDiff diffSnapshots(const stats::Snapshot& a, const stats::Snapshot& b, const Recipe& recipe) {
  SnapshotDiff diff;
  addSide(a, recipe, diff.sites, &SiteDifference::rangeA, &SiteDifference::policyA, diff.whyNoPolicies);
  addSide(b, recipe, diff.sites, &SiteDifference::rangeB, &SiteDifference::policyB, diff.whyNoPolicies);
  if (!diff.whyNoPolicies.empty()) {  // of one side alone they would all differ
    for (SiteDifference& site : diff.sites) site.policyA = site.policyB = std::nullopt;
  }
  diff.facts = diffJson(factsOf(a.provenance()), factsOf(b.provenance()));
  std::stable_sort(diff.sites.begin(), diff.sites.end(), [](const SiteDifference& x, const SiteDifference& y) {
    const bool missingX = std::isinf(distance(x)), missingY = std::isinf(distance(y));
    if (missingX != missingY) return missingX;
    if (x.policyDiffers() != y.policyDiffers()) return x.policyDiffers();
    return distance(x) > distance(y);
  });
  for (const SiteDifference& site : diff.sites) {
    if (site.differs()) ++diff.differing;
    if (site.policyDiffers()) ++diff.policies;
  }
  return diff;
}

}  // namespace oscope::quant
