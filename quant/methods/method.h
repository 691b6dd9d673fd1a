// A quantization method. One file in methods/ and one line in method_registry.cpp: its parameters then appear in the
// window, on the command line and in recipes, and calibration collects the observers that it asks for.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/base/param_schema.h"
#include "analysis/compute/quantized_weight.h"
#include "analysis/model/model_graph.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// What a plan hook sees: facts and the recipe. It edits the sites of the plan.
struct PlanContext {
  const stats::Snapshot& snapshot;
  const Recipe& recipe;
  const ParamSet& params;
};

/// One site with the weights of its readers in hand (float32, row-major [out, in], already changed by earlier steps
/// and by folds of other sites).
struct SiteWeights {
  const stats::SiteStats& stats;
  const stats::SiteDetail& detail;
  SitePlan& plan;
  struct Reader {
    const model::LinearDesc* linear;
    const LinearPlan* plan;
    std::span<float> weight;
    std::vector<float> clipLimits;  ///< [out, groups], filled by clip searches; empty: none
  };
  std::vector<Reader> readers;
};

/// One linear to quantize, after all folds.
struct WeightInput {
  const stats::SiteStats& stats;
  const stats::SiteDetail& detail;  ///< gram of the unfolded input where observed
  const SitePlan& site;             ///< its scale s: H' = D^-1 H D^-1
  const LinearPlan& plan;
  std::span<const float> weight;  ///< [out, in]
  std::span<const float> clipLimits;
  DType scaleDtype;
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
  /// Decides what needs the weights too (searched scales, clip limits); runs before folds are applied.
  virtual void searchSite(SiteWeights& site, const ParamSet& params, const JobContext& context) const {
    (void)site, (void)params, (void)context;
  }
  /// True where the method looks at weights in searchSite: spares reading details otherwise.
  virtual bool searches() const { return false; }

  virtual bool quantizesWeights() const { return false; }
  virtual compute::QuantizedWeight quantizeWeight(const WeightInput& input, const ParamSet& params,
                                                  const JobContext& context) const;
};

}  // namespace oscope::quant
