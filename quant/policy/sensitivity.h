// What thresholds decide, prepared so that a mouse drag and a sweep over all pairs are look-ups.
#pragma once

#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"
#include "quant/policy/what_if.h"

namespace oscope::quant {

/// One pair of thresholds with what it would give.
struct ThresholdPair {
  double v0 = 0, v1 = 0;
  double staticShare = 0;  ///< share of sites with a static scale (with and without LAE), 0..1
  double meanSqnrDb = 0;   ///< Outlook::meanSqnrDb
};

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

  /// Every pair of distinct thresholds that gives another plan (cut points between the ranges of sites), at most
  /// `limit` per axis, evenly thinned. Cost per pair is independent of the number of sites.
  std::vector<ThresholdPair> sweep(int limit, const JobContext& context) const;

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

/// The pairs that no other beats in both static share and predicted quality, by ascending share.
std::vector<ThresholdPair> paretoFront(std::vector<ThresholdPair> pairs);

}  // namespace oscope::quant
