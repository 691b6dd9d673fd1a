#include "quant/compare/recipe_diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "quant/policy/what_if.h"

namespace oscope::quant {
namespace {

constexpr double kSameScale = 0.01;  ///< relative
constexpr double kSameDb = 0.05;

std::vector<SiteChoice> choicesOf(const stats::Snapshot& snapshot, const Recipe& whole, const char* side,
                                  Diagnostics& findings, const JobContext& context) {
  std::vector<std::string> dropped;
  const Recipe recipe = plannablePart(snapshot, whole, dropped);
  if (!dropped.empty()) {
    findings.push_back({Severity::Info, "compare.step_dropped", fmt::format("{}{}", side, whole.name),
                        fmt::format("the snapshot lacks what {} needs: shown is what the other steps decide",
                                    fmt::join(dropped, ", ")),
                        "calibrate with the observers that the recipe needs"});
  }
  const Plan plan = makePlan(snapshot, recipe);
  const PredictionTable predictions(snapshot, recipe, context);
  std::vector<SiteChoice> choices;
  for (std::size_t i = 0; i < plan.sites.size(); ++i) {
    const SitePlan& site = plan.sites[i];
    const ActivationPlan& activation = site.activation;
    const bool fixed = activation.granularity == ActivationPlan::Granularity::Tensor;
    choices.push_back({site.policy, activation.granularity, activation.bits,
                       fixed ? static_cast<double>(activation.scale) : 0.0, activation.clusters.scales.size(),
                       site.rangeAfter, predictions.at(i, site.policy).total});
  }
  for (Diagnostic found : plan.diagnostics) {
    found.where = side + found.where;
    findings.push_back(std::move(found));
  }
  return choices;
}

double magnitude(const ChoiceDifference& site) {
  return std::abs(site.deltaDb().value_or(0));
}

/// The recipe as a reader compares it: steps by name, and the parameters of those that `other` has, too.
Json comparable(const Recipe& recipe, const Recipe& other) {
  Json json = toJson(recipe);
  json.erase("snapshot");
  std::vector<std::string> names;
  for (const RecipeStep& step : recipe.steps) {
    names.push_back(step.method);
    const bool shared = std::any_of(other.steps.begin(), other.steps.end(),
                                    [&](const RecipeStep& theirs) { return theirs.method == step.method; });
    if (shared) json[step.method] = step.params.toJson();
  }
  json["steps"] = fmt::format("{}", fmt::join(names, ", "));
  return json;
}

}  // namespace

std::optional<double> ChoiceDifference::deltaDb() const {
  if (!a.predictedDb || !b.predictedDb) return std::nullopt;
  if (std::isinf(*a.predictedDb) && std::isinf(*b.predictedDb)) return 0;
  return *b.predictedDb - *a.predictedDb;
}

bool ChoiceDifference::differs() const {
  if (policyDiffers() || a.granularity != b.granularity || a.bits != b.bits || a.clusters != b.clusters) return true;
  if (std::abs(a.scale - b.scale) > kSameScale * std::max(a.scale, b.scale)) return true;
  return a.predictedDb.has_value() != b.predictedDb.has_value() || magnitude(*this) >= kSameDb;
}

RecipeDiff diffRecipes(const stats::Snapshot& snapshot, const Recipe& a, const Recipe& b, const JobContext& context) {
  RecipeDiff diff;
  const std::vector<SiteChoice> first = choicesOf(snapshot, a, "A: ", diff.findings, context);
  const std::vector<SiteChoice> second = choicesOf(snapshot, b, "B: ", diff.findings, context);
  for (std::size_t i = 0; i < first.size(); ++i) diff.sites.push_back({snapshot.sites()[i].id, first[i], second[i]});
  diff.keys = diffJson(comparable(a, b), comparable(b, a));
  std::stable_sort(diff.sites.begin(), diff.sites.end(), [](const ChoiceDifference& x, const ChoiceDifference& y) {
    if (x.policyDiffers() != y.policyDiffers()) return x.policyDiffers();
    if (magnitude(x) != magnitude(y)) return magnitude(x) > magnitude(y);
    return x.differs() && !y.differs();
  });
  for (const ChoiceDifference& site : diff.sites) {
    if (site.differs()) ++diff.differing;
    if (site.policyDiffers()) ++diff.policies;
  }
  return diff;
}

}  // namespace oscope::quant
