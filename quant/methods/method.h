// A quantization method. One file in methods/ and one line in method_registry.cpp: its parameters then appear in the
// window, on the command line and in recipes, and calibration collects the observers that it asks for.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/base/param_schema.h"
#include "analysis/compute/backend.h"
#include "analysis/model/model_graph.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"
#include "quant/transform/folded_weight.h"

namespace oscope::quant {

/// What a plan hook sees: facts and the recipe. It edits the sites of the plan.
struct PlanContext {
  const stats::Snapshot& snapshot;
  const Recipe& recipe;
  const ParamSet& params;
};

/// One site with the weights of its readers in hand (float32, row-major [out, in]).
struct SiteWeights {
  const stats::SiteStats& stats;
  const stats::Snapshot& snapshot;  ///< its detail() and gram() are read where they are asked for
  const Recipe& recipe;
  SitePlan& plan;
  struct Reader {
    const LinearPlan* plan = nullptr;
    std::span<const float> weight;
    std::vector<float>* clipLimits = nullptr;  ///< [out, groups], filled by searchClip; empty: no clipping
  };
  std::vector<Reader> readers;
};

/// One linear to quantize, after all folds and searches.
struct WeightInput {
  compute::Backend& backend;
  const stats::SiteStats& stats;
  const stats::Snapshot& snapshot;  ///< its detail() and gram() are of the unfolded input
  const SitePlan& site;             ///< its scale s: H' = D^-1 H D^-1
  const LinearPlan& plan;
  FoldedWeight& weight;
  std::span<const float> clipLimits;  ///< [out, groups]; empty: none
  DType scaleDtype = DType::BF16;
};

class QuantMethod {
 public:
  virtual ~QuantMethod() = default;
  virtual std::string id() const = 0;
  virtual std::string title() const = 0;
  virtual std::string summary() const = 0;  ///< one sentence with the paper's number
  virtual ParamSchema params() const { return {}; }
  /// Observer ids beyond the default set that calibration must have run ("gram").
  virtual std::vector<std::string> observers(const ParamSet& params) const {
    (void)params;
    return {};
  }

  /// Decides from statistics alone: policies, folds, activation scales.
  virtual void plan(const PlanContext& context, Plan& plan) const { (void)context, (void)plan; }

  /// Decides scales that need the weights too: sets site.plan's scale and activation. Runs before any fold: all sites
  /// see the checkpoint's weights, so the order of sites doesn't matter.
  virtual bool searchesScale(const ParamSet& params) const {
    (void)params;
    return false;
  }
  virtual void searchScale(SiteWeights& site, const ParamSet& params, const JobContext& context) const {
    (void)site, (void)params, (void)context;
  }
  /// Fills clip limits. Runs after all folds: weights are the folded ones, and site.plan.scale is final.
  virtual bool searchesClip(const ParamSet& params) const {
    (void)params;
    return false;
  }
  virtual void searchClip(SiteWeights& site, const ParamSet& params, const JobContext& context) const {
    (void)site, (void)params, (void)context;
  }

  virtual bool quantizesWeights() const { return false; }
  /// Codes of one linear; by default round to nearest inside the clip limits, on the backend.
  virtual compute::WeightCodes quantizeWeight(const WeightInput& input, const ParamSet& params,
                                              const JobContext& context) const;
};

}  // namespace oscope::quant
