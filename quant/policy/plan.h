// The decision for every site and linear: snapshot + recipe -> plan. Pure; no forward pass, no weights.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/recipe.h"

namespace oscope::quant {

/// Clusters of channels with one asymmetric scale each (RPTQ).
struct ActivationClusters {
  std::vector<std::int32_t> labels;  ///< [channels]
  std::vector<float> scales;         ///< per cluster
  std::vector<std::int32_t> zeros;   ///< per cluster
  friend bool operator==(const ActivationClusters&, const ActivationClusters&) = default;
};

/// How the activation of a site is quantized at run time. Cluster: code = clamp(rne(x / scale_c) + zero_c) in the
/// signed range of `bits`, c the channel's cluster.
struct ActivationPlan {
  enum class Granularity : std::uint8_t { Float, Tensor, Token, Sequence, Cluster } granularity = Granularity::Float;
  int bits = 8;
  float scale = 0;       ///< Tensor: static scale, snapped
  double divisor = 127;  ///< Token, Sequence: run-time scale = max |x| / divisor
  ActivationClusters clusters;
};

struct LinearPlan {
  std::string module, role;
  std::int64_t out = 0, in = 0;
  WeightScheme scheme;         ///< as it will be written (group fallback applied)
  bool groupFellBack = false;  ///< the wanted group does not divide `in`
};

/// Predicted output SQNR in dB of the site's linears under a policy; nullopt: the policy can't be had.
struct Prediction {
  std::optional<double> total;       ///< activations and weights
  std::optional<double> activation;  ///< activation error alone
};

/// SitePlan::foldEdge of scales that no producer can carry: the forward pass divides the activation itself.
inline constexpr const char* kRuntimeEdge = "runtime";

struct SitePlan {
  SiteId id;
  Policy policy = Policy::None;
  std::string reason;           ///< "v = 9.80 <= v0 = 15", in words, with the numbers
  bool overridden = false;      ///< the recipe's overrides name this site
  float range = 0;              ///< v
  float rangeWithoutFirst = 0;  ///< v without the first token of each sample
  std::vector<float> scale;     ///< s [channels]: x / s, columns * s; empty: no fold
  std::vector<float> shift;     ///< z [channels]: (x - z) / s; empty: none
  /// Channel j of the transformed model is channel order[j] of the site, so that clusters lie side by side; empty: as
  /// it is. All figures here are in the model's own order (quant/transform/channel_reorder.h).
  std::vector<std::int32_t> order;
  std::string foldEdge;   ///< edge that carries the fold, or kRuntimeEdge (no format carries that)
  double rangeAfter = 0;  ///< max_j absmax_j / s_j: range after the fold, from the same statistics
  ActivationPlan activation;
  std::vector<LinearPlan> linears;
};

struct Plan {
  Recipe recipe;
  std::string snapshotHash, modelFingerprint;
  std::vector<SitePlan> sites;  ///< order of the snapshot
  Diagnostics diagnostics;

  const SitePlan& site(SiteId id) const;
  int count(Policy policy) const;
};

/// Runs the plan hooks of the recipe's steps in order, then overrides that no step has looked at. Mismatch errors: a
/// recipe that names sites or linears that the snapshot lacks, that was made on another snapshot, or whose methods need
/// observers that did not run. InvalidArgument: what checkRecipe refuses. `known`: a plan of the same snapshot by any
/// recipe; what depends on the snapshot alone is taken from it instead of being read anew. One of another snapshot is
/// ignored.
Plan makePlan(const stats::Snapshot& snapshot, const Recipe& recipe, const Plan* known = nullptr);

/// Checks that a snapshot or plan belongs to the opened model: a Mismatch error that names `where` otherwise.
void requireSameModel(const std::string& snapshotFingerprint, const std::string& modelFingerprint,
                      const std::string& where);

}  // namespace oscope::quant
