// Predicted output SQNR of any policy, alpha, clip or threshold, from the snapshot alone.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "analysis/base/job_context.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// A hypothetical treatment of one site.
struct WhatIf {
  Policy policy = Policy::Static;
  double laeAlpha = 1.0;
  double clip = 1.0;  ///< share of the range that the static scale covers
  WeightScheme weights;
  NumericRules rules;
  std::vector<float> scale;  ///< any per-channel fold instead of LAE's; empty: by policy
};

/// Predicts one site. Model of the error: channel j of a reader contributes ||W_:j||^2 E[(x_j - Q(x_j))^2] with the
/// expectation over the channel's log2 histogram (uniform inside a rounding step, x^2 below half a step, the clipped
/// excess above the range; per-token scales over the distribution of token maxima), plus the weights' rounding error
/// E[x_j^2] ||dW_:j||^2 from the snapshot's sample of weight rows; the signal is the measured output energy.
/// `detail` is the site's detail from the snapshot.
Prediction predict(const stats::SiteStats& site, const stats::SiteDetail& detail, const WhatIf& question);

/// Predictions of every policy for every site under one recipe: computed once, then thresholds are look-ups.
class PredictionTable {
 public:
  /// Reads one site's detail at a time.
  PredictionTable(const stats::Snapshot& snapshot, const Recipe& recipe, const JobContext& context);
  /// nullopt where the policy can't be had at that site (no fold edge allowed).
  const Prediction& at(std::size_t site, Policy policy) const;
  std::size_t sites() const { return m_rows.size(); }

 private:
  std::vector<std::array<Prediction, 4>> m_rows;
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
