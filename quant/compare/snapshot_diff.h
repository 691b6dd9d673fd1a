// Two snapshots side by side: text against random tokens, before against after. Pure; no model, no forward pass.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quant/policy/plan.h"

namespace oscope::quant {

/// A fact that two things disagree on: "seed", "0", "1".
struct FactDifference {
  std::string what, a, b;  ///< empty: missing there
  friend bool operator==(const FactDifference&, const FactDifference&) = default;
};

/// Keys of two JSON objects whose values differ, nested ones with dots ("thresholds.v0"); arrays are compared whole.
std::vector<FactDifference> diffJson(const Json& a, const Json& b);

/// One site in both snapshots; nullopt where a snapshot has no such site, or its plan can't be had.
struct SiteDifference {
  SiteId id;
  std::optional<float> rangeA, rangeB;
  std::optional<Policy> policyA, policyB;  ///< what the recipe decides on either
  /// range of B over range of A; nullopt where one is missing or 0.
  std::optional<double> factor() const;
  bool policyDiffers() const { return policyA != policyB; }
  /// Another policy, a site that is missing, or a range that differs by more than one per cent.
  bool differs() const;
};

/// `recipe` without the steps whose observers did not run for `snapshot`, so that what the others decide can be shown.
/// `dropped` gets their methods. Where none is left, weights are rounded to nearest.
Recipe plannablePart(const stats::Snapshot& snapshot, Recipe recipe, std::vector<std::string>& dropped);

struct SnapshotDiff {
  std::vector<SiteDifference> sites;        ///< missing ones, then other policies, then by |log factor| descending
  std::vector<FactDifference> facts;        ///< of their provenance
  std::string whyNoPolicies;                ///< the recipe can't be planned on one of them: the reason
  std::size_t differing = 0, policies = 0;  ///< sites that differ; those of another policy
};

/// Policies are those of `recipe` on each snapshot, whichever it was made on; its overrides count where the site
/// exists.
SnapshotDiff diffSnapshots(const stats::Snapshot& a, const stats::Snapshot& b, const Recipe& recipe);

}  // namespace oscope::quant
