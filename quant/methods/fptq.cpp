#include "quant/methods/fptq.h"

#include <fmt/format.h>

#include "analysis/base/number_text.h"
#include "quant/policy/policy_rules.h"
#include "quant/transform/channel_scale.h"

namespace oscope::quant {
namespace {

LaeOptions laeOptions(const ParamSet& params) {
  LaeOptions options;
  options.alpha = params.number("alpha");
  if (params.text("alpha_reading") == "scale") options.reading = LaeOptions::Reading::Scale;
  options.neverAmplify = params.flag("never_amplify");
  return options;
}

class Fptq final : public QuantMethod {
 public:
  std::string id() const override { return "fptq"; }
  std::string title() const override { return "FPTQ activations"; }
  std::string summary() const override {
    return "Static, log-equalized static or per-token activations by each site's range (arXiv 2308.15987).";
  }

  ParamSchema params() const override {
    return {{"alpha",
             "LAE exponent",
             "1 is the paper's equation 1, smaller values equalize more (A.2, equation 5).",
             "",
             1.0,
             0.0,
             4.0,
             {}},
            {"alpha_reading",
             "Exponent of",
             "mapped_range: s = m / log2(2 + m)^alpha; scale: s = (m / log2(2 + m))^alpha. The paper allows both.",
             "",
             std::string("mapped_range"),
             {},
             {},
             {"mapped_range", "scale"}},
            {"never_amplify",
             "Never amplify",
             "Keeps s >= 1, so that quiet channels are left as they are.",
             "",
             false,
             {},
             {},
             {}}};
  }

  void plan(const PlanContext& context, Plan& plan) const override {
    const LaeOptions options = laeOptions(context.params);
    for (std::size_t i = 0; i < plan.sites.size(); ++i) {
      planSite(context.snapshot.sites()[i], context.recipe, options, plan.sites[i], plan.diagnostics);
    }
  }

 private:
  static void planSite(const stats::SiteStats& stats, const Recipe& recipe, const LaeOptions& options, SitePlan& site,
                       Diagnostics& diagnostics) {
    const auto override = recipe.overrides.find(site.id);
    site.overridden = override != recipe.overrides.end();
    site.policy = site.overridden ? override->second : thresholdPolicy(site.range, recipe.v0, recipe.v1);
    const std::string rule = thresholdReason(site.range, recipe.v0, recipe.v1);
    site.reason = site.overridden ? fmt::format("chosen by hand ({})", rule) : rule;

    if (site.policy == Policy::LaeStatic) {
      const std::string obstacle = whyNotFoldable(stats, recipe);
      if (obstacle.empty()) {
        setScale(site, stats, laeScale(stats, options), stats.foldEdge);
        site.reason += fmt::format("; LAE folded into {}: range {}", stats.foldEdge, formatRange(site.rangeAfter));
      } else {
        site.policy = Policy::Dynamic;
        site.reason += fmt::format("; no LAE: {}; per-token instead", obstacle);
        if (site.overridden) {
          diagnostics.push_back({Severity::Warning, "plan.lae_impossible", toString(site.id),
                                 fmt::format("lae_static was chosen by hand, but {}: it gets dynamic", obstacle),
                                 "allow more fold edges, or choose static or dynamic"});
        }
      }
    }
    if (site.policy == Policy::Static || site.policy == Policy::LaeStatic) setStatic(site, recipe.rules);
    if (site.policy == Policy::Dynamic) setDynamic(site, recipe.rules);
    if (site.policy == Policy::None) setFloat(site);
  }
};

}  // namespace

std::optional<LaeOptions> laeOptionsOf(const Recipe& recipe) {
  for (const RecipeStep& step : recipe.steps) {
    if (step.method == Fptq().id()) return laeOptions(step.params);
  }
  return std::nullopt;
}

std::unique_ptr<QuantMethod> makeFptq() {
  return std::make_unique<Fptq>();
}

std::vector<float> foldableLaeScale(const stats::SiteStats& site, const Recipe& recipe) {
  const std::optional<LaeOptions> options = laeOptionsOf(recipe);
  if (!options || site.absmax.empty() || !whyNotFoldable(site, recipe).empty()) return {};
  return laeScale(site, *options);
}

}  // namespace oscope::quant
