// What thresholds decide, prepared so that a mouse drag and a sweep over all pairs are look-ups.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"
#include "quant/policy/what_if.h"

namespace oscope::quant {

/// Which of an outlook's figures stands for the quality of the whole model.
enum class Quality : std::uint8_t { Median, Worst, Total };

/// One pair of thresholds with what it would give: the figures of its Outlook.
struct ThresholdPair {
  double v0 = 0, v1 = 0;
  std::array<int, 4> counts{};  ///< sites by Policy
  double staticShare = 0;       ///< share of sites with a static scale (with and without LAE), 0..1
  double meanSqnrDb = 0, medianSqnrDb = 0, worstSqnrDb = 0;
};

double qualityDb(const ThresholdPair& pair, Quality quality);
double qualityDb(const Outlook& outlook, Quality quality);

/// Receives pairs while a sweep runs, on the sweep's thread.
using PairSink = std::function<void(std::span<const ThresholdPair>)>;

class ThresholdModel {
 public:
  /// `predictions` may be null: then outlooks hold counts only. Thresholds act where the recipe runs FPTQ; the policies
  /// of other recipes stay those of `plan`.
  ThresholdModel(const stats::Snapshot& snapshot, const Plan& plan, const PredictionTable* predictions);

  std::size_t sites() const { return m_sites.size(); }
  /// What the site gets at these thresholds: overrides and the fallback of LAE to dynamic included.
  Policy policy(std::size_t site, double v0, double v1) const;
  /// The same without the override.
  Policy byRule(std::size_t site, double v0, double v1) const;
  Outlook outlook(double v0, double v1) const;

  /// Whether thresholds decide anything: the recipe runs FPTQ.
  bool thresholdsAct() const { return m_thresholdsAct; }

  /// A pair of thresholds for every plan that thresholds can make (numbers between the ranges of sites, as round as
  /// they can be there), those without a site between the two included; at most `limit` gaps per axis, evenly thinned.
  /// `finished` gets the pairs in batches as they are found, the first ones spread over all of the axis. Cost per pair:
  /// the logarithm of the number of sites.
  std::vector<ThresholdPair> sweep(int limit, const JobContext& context, const PairSink& finished = {}) const;

 private:
  struct Site {
    float range = 0;
    bool overridden = false, foldable = false;
    Policy fixed = Policy::Static;  ///< the plan's policy
    std::array<double, 4> noise{};  ///< noise-to-signal ratio by policy
    std::array<bool, 4> predicted{};
  };
  std::vector<Site> m_sites;
  bool m_thresholdsAct = false;
};

/// The pairs that no other beats in both static share and predicted quality, by ascending share. Of pairs that are
/// equal in both the one of the lowest thresholds stays.
std::vector<ThresholdPair> paretoFront(std::vector<ThresholdPair> pairs, Quality quality = Quality::Total);

}  // namespace oscope::quant
