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

/// How the activation of a site is quantized at run time.
struct ActivationPlan {
  enum class Granularity : std::uint8_t { Float, Tensor, Token, Sequence, Cluster } granularity = Granularity::Float;
  int bits = 8;
  float scale = 0;       ///< Tensor: static scale, snapped
  double divisor = 127;  ///< Token, Sequence
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

struct SitePlan {
  SiteId id;
  Policy policy = Policy::Static;
  std::string reason;           ///< "v = 9.80 <= v0 = 15", in words, with the numbers
  bool overridden = false;      ///< by hand
  float range = 0;              ///< v
  float rangeWithoutFirst = 0;  ///< v without the first token of each sample
  std::vector<float> scale;     ///< s [channels]: x / s, columns * s; empty: no fold
  std::vector<float> shift;     ///< z [channels]: (x - z) / s; empty: none
  std::string foldEdge;         ///< edge that carries the fold; "runtime": a multiply at run time, no format carries it
  float rangeAfter = 0;         ///< range after the fold, from the same statistics
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

/// Runs the plan hooks of the recipe's steps. A recipe that names sites that the snapshot lacks, or made for another
/// snapshot, is a Mismatch error.
Plan makePlan(const stats::Snapshot& snapshot, const Recipe& recipe);

/// Checks that plan or snapshot belong to `fingerprint`; Mismatch error otherwise.
void requireSameModel(const std::string& snapshotFingerprint, const std::string& modelFingerprint,
                      const std::string& where);

}  // namespace oscope::quant
