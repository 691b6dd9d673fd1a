#include "quant/policy/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "quant/policy/policy_rules.h"

namespace oscope::quant {
namespace {

constexpr double kSmallestRange = 1e-6;  // thresholds are positive, dead sites are not

std::size_t at(Policy policy) {
  return static_cast<std::size_t>(policy);
}

double decibel(double noise) {
  return -10 * std::log10(std::max(noise, 1e-30));
}

/// The number of fewest digits (two at least) strictly between two others, near their geometric middle.
double roundBetween(double low, double high) {
  const double middle = std::sqrt(low * high);
  for (int digits = 2; digits < 17; ++digits) {
    const double rounded = std::strtod(fmt::format("{:.{}e}", middle, digits - 1).c_str(), nullptr);
    if (low < rounded && rounded < high) return rounded;
  }
  return middle;
}

/// A place for thresholds between two ranges: `second` is a v1 that leaves nothing between itself and the v0 at `cut`.
struct Gap {
  double cut = 0, second = 0;
};

/// One gap above each distinct range (and one below all), thinned evenly to `limit`.
std::vector<Gap> gapsBetween(std::vector<double> ranges, int limit) {
  for (double& range : ranges) range = std::max(range, kSmallestRange);
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  std::vector<Gap> gaps;
  const auto add = [&](double low, double high) {
    const double cut = roundBetween(low, high);
    gaps.push_back({cut, roundBetween(cut, high)});
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i == 0) add(ranges[0] * 0.8, ranges[0]);
    add(ranges[i], i + 1 < ranges.size() ? ranges[i + 1] : ranges[i] * 1.2);
  }
  if (static_cast<int>(gaps.size()) <= limit) return gaps;
  std::vector<Gap> thinned;
  for (int i = 0; i < limit; ++i) {
    thinned.push_back(gaps[static_cast<std::size_t>(i) * (gaps.size() - 1) / static_cast<std::size_t>(limit - 1)]);
  }
  return thinned;
}

/// Counts by rank with the k-th smallest member in logarithmic time (a Fenwick tree).
class RankCounts {
 public:
  explicit RankCounts(std::size_t ranks) : m_tree(ranks + 1) {}
  void add(std::size_t rank, int count) {
    for (std::size_t i = rank + 1; i < m_tree.size(); i += i & (~i + 1)) m_tree[i] += count;
  }
  std::size_t kth(int k) const {
    std::size_t place = 0;
    for (std::size_t step = std::bit_floor(m_tree.size()); step > 0; step /= 2) {
      if (place + step >= m_tree.size() || m_tree[place + step] > k) continue;
      place += step;
      k -= m_tree[place];
    }
    return place;
  }

 private:
  std::vector<int> m_tree;
};

/// What the sites of a plan add up to while single ones change their policy.
struct Totals {
  RankCounts ranks;  ///< of predicted noise, the largest first
  double noise = 0;
  int predicted = 0;
  std::array<int, 4> counts{};
};

/// A site in one of the three zones of the thresholds.
struct InZone {
  Policy policy = Policy::Static;
  double noise = 0;
  std::optional<std::size_t> rank;  ///< empty: no prediction

  void add(Totals& totals, int sign) const {
    totals.counts[at(policy)] += sign;
    if (!rank) return;
    totals.ranks.add(*rank, sign);
    totals.noise += sign * noise;
    totals.predicted += sign;
  }
};

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

std::vector<ThresholdPair> ThresholdModel::sweep(int limit, const JobContext& context, const PairSink& finished) const {
  // Sites by range: a pair (v0, v1) puts a prefix below v0, a suffix from v1 on, the rest between. As v1 rises, single
  // sites move from the suffix into the middle.
  struct Mover {
    double range = 0;
    std::array<InZone, 3> zones;  // below v0, between, from v1 on
  };
  std::vector<double> known;  // noise of every prediction, the largest first: its place is its rank
  for (const Site& site : m_sites) {
    for (Policy policy : kPolicies) {
      if (site.predicted[at(policy)]) known.push_back(site.noise[at(policy)]);
    }
  }
  std::sort(known.begin(), known.end(), std::greater<>());
  const auto inZone = [&](const Site& site, Policy policy) {
    InZone zone{policy, site.noise[at(policy)], std::nullopt};
    if (site.predicted[at(policy)]) {
      zone.rank = static_cast<std::size_t>(std::lower_bound(known.begin(), known.end(), zone.noise, std::greater<>()) -
                                           known.begin());
    }
    return zone;
  };
  std::vector<Mover> movers;
  std::vector<double> ranges;
  std::vector<InZone> fixed;
  for (const Site& site : m_sites) {
    if (site.overridden || !m_thresholdsAct) {
      fixed.push_back(inZone(site, site.fixed));
      continue;
    }
    const Policy between = site.foldable ? Policy::LaeStatic : Policy::Dynamic;
    movers.push_back(
        {site.range, {inZone(site, Policy::Static), inZone(site, between), inZone(site, Policy::Dynamic)}});
    ranges.push_back(site.range);
  }
  std::sort(movers.begin(), movers.end(), [](const Mover& a, const Mover& b) { return a.range < b.range; });

  const std::vector<Gap> gaps = gapsBetween(ranges, limit);
  const auto all = static_cast<std::int64_t>(gaps.size());
  ProgressMeter progress(context, "sweep", "pairs", all * (all + 1) / 2);
  std::vector<ThresholdPair> pairs;
  const auto sweepRow = [&](std::size_t low) {
    const std::size_t first = pairs.size();
    Totals totals{RankCounts(known.size()), 0, 0, {}};
    for (const InZone& site : fixed) site.add(totals, 1);
    std::size_t next = 0;  // first site that is not below v1
    for (const Mover& mover : movers) {
      const bool below = mover.range <= gaps[low].cut;
      mover.zones[below ? 0 : 2].add(totals, 1);
      next += below ? 1 : 0;
    }
    for (std::size_t high = low; high < gaps.size(); ++high) {
      const double v1 = high == low ? gaps[low].second : gaps[high].cut;
      for (; next < movers.size() && movers[next].range < v1; ++next) {
        movers[next].zones[2].add(totals, -1);
        movers[next].zones[1].add(totals, 1);
      }
      ThresholdPair& pair = pairs.emplace_back();
      pair.v0 = gaps[low].cut;
      pair.v1 = v1;
      pair.counts = totals.counts;
      const int statics = totals.counts[at(Policy::Static)] + totals.counts[at(Policy::LaeStatic)];
      pair.staticShare = statics / static_cast<double>(m_sites.size());
      if (totals.predicted == 0) continue;
      pair.meanSqnrDb = decibel(totals.noise / totals.predicted);
      pair.medianSqnrDb = decibel(known[totals.ranks.kth(totals.predicted / 2)]);
      pair.worstSqnrDb = decibel(known[totals.ranks.kth(0)]);
    }
    if (finished) finished(std::span(pairs).subspan(first));
    progress.advance(static_cast<std::int64_t>(pairs.size() - first));
  };
  constexpr std::size_t kStride = 16;  // the first rows are spread over the axis: a coarse picture comes early
  for (std::size_t offset = 0; offset < kStride; ++offset) {
    for (std::size_t low = offset; low < gaps.size(); low += kStride) {
      context.checkCancelled();
      sweepRow(low);
    }
  }
  return pairs;
}

double qualityDb(const ThresholdPair& pair, Quality quality) {
  return quality == Quality::Median  ? pair.medianSqnrDb
         : quality == Quality::Worst ? pair.worstSqnrDb
                                     : pair.meanSqnrDb;
}

double qualityDb(const Outlook& outlook, Quality quality) {
  return quality == Quality::Median  ? outlook.medianSqnrDb
         : quality == Quality::Worst ? outlook.worstSqnrDb
                                     : outlook.meanSqnrDb;
}

std::vector<ThresholdPair> paretoFront(std::vector<ThresholdPair> pairs, Quality quality) {
  std::sort(pairs.begin(), pairs.end(), [&](const ThresholdPair& a, const ThresholdPair& b) {
    const double better = qualityDb(a, quality), worse = qualityDb(b, quality);
    if (a.staticShare != b.staticShare) return a.staticShare > b.staticShare;
    if (better != worse) return better > worse;
    return a.v0 != b.v0 ? a.v0 < b.v0 : a.v1 < b.v1;
  });
  std::vector<ThresholdPair> front;
  for (const ThresholdPair& pair : pairs) {
    if (front.empty() || qualityDb(pair, quality) > qualityDb(front.back(), quality)) front.push_back(pair);
  }
  std::reverse(front.begin(), front.end());
  return front;
}

}  // namespace oscope::quant
