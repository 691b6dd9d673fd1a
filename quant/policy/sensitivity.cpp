#include "quant/policy/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "quant/policy/policy_rules.h"

namespace oscope::quant {
namespace {

std::size_t at(Policy policy) {
  return static_cast<std::size_t>(policy);
}

bool isStatic(Policy policy) {
  return policy == Policy::Static || policy == Policy::LaeStatic;
}

double decibel(double noise) {
  return -10 * std::log10(std::max(noise, 1e-30));
}

/// Thresholds just above each distinct range (and one below all), thinned evenly to `limit`.
std::vector<double> cutPoints(std::vector<double> ranges, int limit) {
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  std::vector<double> cuts;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i == 0) cuts.push_back(std::max(ranges[0], 1e-6) * 0.9);
    const double above = i + 1 < ranges.size() ? std::sqrt(std::max(ranges[i], 1e-6) * ranges[i + 1]) : ranges[i] * 1.1;
    cuts.push_back(std::max(above, 1e-6));
  }
  if (static_cast<int>(cuts.size()) <= limit) return cuts;
  std::vector<double> thinned;
  for (int i = 0; i < limit; ++i) {
    thinned.push_back(cuts[static_cast<std::size_t>(i) * (cuts.size() - 1) / static_cast<std::size_t>(limit - 1)]);
  }
  return thinned;
}

}  // namespace

ThresholdModel::ThresholdModel(const stats::Snapshot& snapshot, const Plan& plan, const PredictionTable* predictions) {
  const auto& steps = plan.recipe.steps;
  m_thresholdsAct =
      std::any_of(steps.begin(), steps.end(), [](const RecipeStep& step) { return step.method == "fptq"; });
  m_sites.resize(plan.sites.size());
  for (std::size_t i = 0; i < m_sites.size(); ++i) {
    Site& site = m_sites[i];
    site.range = plan.sites[i].range;
    site.overridden = plan.sites[i].overridden;
    site.fixed = plan.sites[i].policy;
    site.foldable = whyNotFoldable(snapshot.sites()[i], plan.recipe).empty();
    for (Policy policy : kPolicies) {
      if (predictions == nullptr) continue;
      const std::optional<double> total = predictions->at(i, policy).total;
      site.predicted[at(policy)] = total.has_value();
      if (total) site.noise[at(policy)] = std::pow(10.0, -*total / 10);
    }
  }
}

Policy ThresholdModel::byRule(std::size_t site, double v0, double v1) const {
  const Site& facts = m_sites[site];
  if (!m_thresholdsAct) return facts.fixed;
  const Policy policy = thresholdPolicy(facts.range, v0, v1);
  return policy == Policy::LaeStatic && !facts.foldable ? Policy::Dynamic : policy;
}

Policy ThresholdModel::policy(std::size_t site, double v0, double v1) const {
  return m_sites[site].overridden ? m_sites[site].fixed : byRule(site, v0, v1);
}

Outlook ThresholdModel::outlook(double v0, double v1) const {
  Outlook outlook;
  std::vector<double> decibels;
  double noise = 0;
  outlook.worstSqnrDb = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < m_sites.size(); ++i) {
    const Policy policy = this->policy(i, v0, v1);
    ++outlook.counts[at(policy)];
    if (!m_sites[i].predicted[at(policy)]) continue;
    noise += m_sites[i].noise[at(policy)];
    decibels.push_back(decibel(m_sites[i].noise[at(policy)]));
    if (decibels.back() < outlook.worstSqnrDb) {
      outlook.worstSqnrDb = decibels.back();
      outlook.worstSite = i;
    }
  }
  const int statics = outlook.counts[at(Policy::Static)] + outlook.counts[at(Policy::LaeStatic)];
  outlook.staticShare = m_sites.empty() ? 0 : static_cast<double>(statics) / static_cast<double>(m_sites.size());
  outlook.predicted = decibels.size();
  if (decibels.empty()) return outlook;
  outlook.meanSqnrDb = decibel(noise / static_cast<double>(decibels.size()));
  const auto middle = decibels.begin() + static_cast<std::ptrdiff_t>(decibels.size() / 2);
  std::nth_element(decibels.begin(), middle, decibels.end());
  outlook.medianSqnrDb = *middle;
  return outlook;
}

std::vector<ThresholdPair> ThresholdModel::sweep(int limit, const JobContext& context) const {
  // Sites by range: a pair (v0, v1) puts a prefix below v0, a suffix from v1 on, the rest between. Prefix sums of the
  // noise and of the static count make each pair two subtractions.
  struct Contribution {
    double range = 0;
    std::array<double, 3> noise{};  // when below v0, between, above v1
    std::array<int, 3> statics{};
  };
  std::vector<Contribution> sites;
  std::vector<double> ranges;
  double fixedNoise = 0;
  int fixedStatics = 0;
  for (std::size_t i = 0; i < m_sites.size(); ++i) {
    const Site& site = m_sites[i];
    if (site.overridden || !m_thresholdsAct) {
      fixedNoise += site.noise[at(site.fixed)];
      fixedStatics += isStatic(site.fixed) ? 1 : 0;
      continue;
    }
    const Policy between = site.foldable ? Policy::LaeStatic : Policy::Dynamic;
    Contribution entry;
    entry.range = site.range;
    entry.noise = {site.noise[at(Policy::Static)], site.noise[at(between)], site.noise[at(Policy::Dynamic)]};
    entry.statics = {1, isStatic(between) ? 1 : 0, 0};
    sites.push_back(entry);
    ranges.push_back(site.range);
  }
  std::sort(sites.begin(), sites.end(), [](const auto& a, const auto& b) { return a.range < b.range; });
  std::vector<std::array<double, 3>> noise(sites.size() + 1);
  std::vector<std::array<int, 3>> statics(sites.size() + 1);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    for (std::size_t zone = 0; zone < 3; ++zone) {
      noise[i + 1][zone] = noise[i][zone] + sites[i].noise[zone];
      statics[i + 1][zone] = statics[i][zone] + sites[i].statics[zone];
    }
  }
  const auto countBelow = [&](double limitRange, bool inclusive) {
    const auto place = std::partition_point(sites.begin(), sites.end(), [&](const Contribution& site) {
      return inclusive ? site.range <= limitRange : site.range < limitRange;
    });
    return static_cast<std::size_t>(place - sites.begin());
  };

  const std::vector<double> cuts = cutPoints(ranges, limit);
  const double total = static_cast<double>(m_sites.size());
  std::vector<ThresholdPair> pairs;
  for (std::size_t low = 0; low < cuts.size(); ++low) {
    context.checkCancelled();
    const std::size_t below = countBelow(cuts[low], true);
    for (std::size_t high = low + 1; high < cuts.size(); ++high) {
      const std::size_t upTo = countBelow(cuts[high], false);
      const double sum =
          fixedNoise + noise[below][0] + noise[upTo][1] - noise[below][1] + noise.back()[2] - noise[upTo][2];
      const int count = fixedStatics + statics[below][0] + statics[upTo][1] - statics[below][1];
      pairs.push_back({cuts[low], cuts[high], count / total, decibel(sum / total)});
    }
  }
  return pairs;
}

std::vector<ThresholdPair> paretoFront(std::vector<ThresholdPair> pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const ThresholdPair& a, const ThresholdPair& b) {
    return a.staticShare != b.staticShare ? a.staticShare > b.staticShare : a.meanSqnrDb > b.meanSqnrDb;
  });
  std::vector<ThresholdPair> front;
  for (const ThresholdPair& pair : pairs) {
    if (front.empty() || pair.meanSqnrDb > front.back().meanSqnrDb) front.push_back(pair);
  }
  std::reverse(front.begin(), front.end());
  return front;
}

}  // namespace oscope::quant
