#include "quant/methods/smoothquant.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/base/number_text.h"
#include "quant/policy/policy_rules.h"
#include "quant/transform/channel_scale.h"

namespace oscope::quant {
namespace {

constexpr double kFloor = 1e-5;  // of weights and scales, smoothquant/smooth.py

class SmoothQuant final : public QuantMethod {
 public:
  std::string id() const override { return "smoothquant"; }
  std::string title() const override { return "SmoothQuant"; }
  std::string summary() const override {
    return "Moves outliers from activations into weights at norm-fed sites (arXiv 2211.10438; WikiText2 perplexity of "
           "a 7B model 5.474 to 5.515 at W8A8).";
  }

  ParamSchema params() const override {
    return {{"alpha",
             "Migration strength",
             "0.5 is the official default; 0.8 to 0.9 is advised for gated decoders.",
             "",
             0.5,
             0.0,
             1.0,
             {}},
            {"level",
             "Activations",
             "o1: per token; o2: one scale per sequence at run time; o3: static per tensor.",
             "",
             std::string("o3"),
             {},
             {},
             {"o1", "o2", "o3"}}};
  }

  void plan(const PlanContext& context, Plan& plan) const override {
    const double alpha = context.params.number("alpha");
    const std::string& level = context.params.text("level");
    for (std::size_t i = 0; i < plan.sites.size(); ++i) {
      SitePlan& site = plan.sites[i];
      const stats::SiteStats& stats = context.snapshot.sites()[i];
      const std::string obstacle = whyNotFoldable(stats, context.recipe);
      if (stats.foldEdge == "norm" && obstacle.empty()) {
        setScale(site, stats, smoothScale(stats, alpha), stats.foldEdge);
        site.reason = fmt::format("smoothed with alpha = {:g}: v = {} becomes {}; level {}", alpha,
                                  formatRange(site.range), formatRange(site.rangeAfter), level);
      } else {
        site.reason = fmt::format("not smoothed, v = {}: {}; level {}", formatRange(site.range),
                                  obstacle.empty() ? "no norm feeds the site" : obstacle, level);
      }
      site.policy = level == "o3" ? Policy::Static : Policy::Dynamic;
      if (level == "o3") setStatic(site, context.recipe.rules);
      if (level != "o3") setDynamic(site, context.recipe.rules);
      if (level == "o2") site.activation.granularity = ActivationPlan::Granularity::Sequence;
    }
  }
};

}  // namespace

std::vector<float> smoothScale(const stats::SiteStats& site, double alpha) {
  const std::vector<float> absmax = sharedAbsmax(site);
  std::vector<float> scale(absmax.size(), 1.0f);
  for (std::size_t j = 0; j < scale.size(); ++j) {
    if (absmax[j] < std::numeric_limits<float>::min()) continue;
    double weight = kFloor;
    for (const stats::ReaderStats& reader : site.readers) {
      weight = std::max(weight, static_cast<double>(reader.columnAbsmax.at(j)));
    }
    const double exact = std::pow(static_cast<double>(absmax[j]), alpha) / std::pow(weight, 1 - alpha);
    scale[j] = static_cast<float>(std::max(exact, kFloor));
  }
  return scale;
}

std::unique_ptr<QuantMethod> makeSmoothQuant() {
  return std::make_unique<SmoothQuant>();
}

}  // namespace oscope::quant
