// Predicted output SQNR of any policy, alpha, clip or threshold, from the snapshot alone.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/base/job_context.h"
#include "quant/policy/plan.h"
#include "quant/transform/channel_scale.h"

namespace oscope::quant {

/// A hypothetical treatment of one site.
struct WhatIf {
  Policy policy = Policy::Static;
  LaeOptions lae;
  double clip = 1.0;  ///< share of the range that the static scale covers
  WeightScheme weights;
  NumericRules rules;
  std::vector<float> scale;     ///< a per-channel fold; empty: LAE's for lae_static, none for the others
  ActivationClusters clusters;  ///< static: one scale per cluster of channels; empty: one for the site
};

/// Predicts one site's readers together. Model of the error: channel j of a reader contributes ||W_:j||^2 s_j^2
/// E[(x_j / s_j - Q(x_j / s_j))^2] with the expectation over the channel's log2 histogram (noise_model.h; per-token
/// scales over the distribution of token maxima, of the sampled tokens where a fold moves them), plus the weights'
/// rounding error: the snapshot's sampled weight rows are quantized, and their error meets E[x_j^2] and the correlation
/// between channels that the sampled rows show. The signal is the measured output energy. No error at all is infinite;
/// a figure is empty where the snapshot lacks what it needs or the policy can't be had. `detail` is the site's detail
/// from the snapshot.
Prediction predict(const stats::SiteStats& site, const stats::SiteDetail& detail, const WhatIf& question);

/// predict() of one site for many clips: what doesn't depend on the clip (the error of rounded weights) is computed
/// once, so that answers follow a mouse drag.
class ClipPrediction {
 public:
  /// `question.clip` is ignored. `detail` is the site's.
  ClipPrediction(stats::SnapshotPtr snapshot, SiteId site, std::shared_ptr<const stats::SiteDetail> detail,
                 WhatIf question);
  ~ClipPrediction();
  Prediction at(double clip) const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// Predictions of every policy for every site under one recipe: computed once, then thresholds are look-ups.
class PredictionTable {
 public:
  /// Reads a few sites' details at a time, on threads. LAE by the recipe's fptq step. A scale by another step
  /// (smoothquant) is there under every policy.
  PredictionTable(const stats::Snapshot& snapshot, const Recipe& recipe, const JobContext& context);
  /// nullopt where the policy can't be had at that site (no fold edge allowed).
  const Prediction& at(std::size_t site, Policy policy) const;
  /// What LAE would give if its scale could be folded here: at(lae_static) where it can, and where the recipe forbids
  /// the edge or the model has none. Empty without an fptq step.
  const Prediction& laeIfFoldable(std::size_t site) const { return m_lae.at(site); }
  std::size_t sites() const { return m_rows.size(); }

 private:
  std::vector<std::array<Prediction, 4>> m_rows;
  std::vector<Prediction> m_lae;
};

/// Predicted quality of the whole model at given thresholds: the noise-to-signal ratio averaged over sites, in dB, and
/// the share of static sites (with and without LAE).
struct Outlook {
  double meanSqnrDb = 0, medianSqnrDb = 0, worstSqnrDb = 0;
  std::size_t worstSite = 0;
  std::array<int, 4> counts{};  ///< by Policy
  double staticShare = 0;
  std::size_t predicted = 0;  ///< sites with a prediction; 0: the decibels mean nothing
};

}  // namespace oscope::quant
