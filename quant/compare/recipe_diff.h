// Two recipes on one snapshot side by side: what they decide for every site. No model, no forward pass.
#pragma once

#include <optional>
#include <vector>

#include "analysis/base/job_context.h"
#include "quant/compare/snapshot_diff.h"

namespace oscope::quant {

/// What one recipe makes of one site.
struct SiteChoice {
  Policy policy = Policy::None;
  ActivationPlan::Granularity granularity = ActivationPlan::Granularity::Float;
  int bits = 0;
  double scale = 0;                   ///< static scale per tensor; 0: there is none
  std::size_t clusters = 0;           ///< of channels with a scale each
  double rangeAfter = 0;              ///< v after the fold
  std::optional<double> predictedDb;  ///< output SQNR
};

struct ChoiceDifference {
  SiteId id;
  SiteChoice a, b;
  bool policyDiffers() const { return a.policy != b.policy; }
  /// B's predicted SQNR minus A's; nullopt without both.
  std::optional<double> deltaDb() const;
  /// Another policy, kind of scale, width, scale (by over one per cent), or prediction (by 0.05 dB: one digit shown).
  bool differs() const;
};

struct RecipeDiff {
  std::vector<ChoiceDifference> sites;  ///< other policies first, then by |delta| descending, then other scales
  std::vector<FactDifference> keys;     ///< of the recipes' JSON
  Diagnostics findings;                 ///< of either plan; `where` begins with "A: " or "B: "
  std::size_t differing = 0, policies = 0;
};

/// Computes both plans and their predictions, reading one site's detail at a time. Errors as of makePlan.
RecipeDiff diffRecipes(const stats::Snapshot& snapshot, const Recipe& a, const Recipe& b, const JobContext& context);

}  // namespace oscope::quant
