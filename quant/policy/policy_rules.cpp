#include "quant/policy/policy_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/base/number_text.h"
#include "quant/numerics/quantize.h"
#include "quant/transform/channel_scale.h"

namespace oscope::quant {

Policy thresholdPolicy(double range, double v0, double v1) {
  if (range <= v0) return Policy::Static;
  return range < v1 ? Policy::LaeStatic : Policy::Dynamic;
}

std::string thresholdReason(double range, double v0, double v1) {
  const std::string v = formatRangeApart(range, {v0, v1}), first = formatRangeApart(v0, {range}),
                    second = formatRangeApart(v1, {range});
  if (range <= v0) return fmt::format("v = {} ≤ v0 = {}", v, first);
  if (range < v1) return fmt::format("v0 = {} < v = {} < v1 = {}", first, v, second);
  return fmt::format("v = {} ≥ v1 = {}", v, second);
}

std::string whyNotFoldable(const stats::SiteStats& site, const Recipe& recipe) {
  if (site.foldEdge.empty()) return site.whyNoFold.empty() ? "the site has no exact fold edge" : site.whyNoFold;
  if (std::find(recipe.foldEdges.begin(), recipe.foldEdges.end(), site.foldEdge) == recipe.foldEdges.end()) {
    return fmt::format("the recipe's fold_edges do not allow {}", site.foldEdge);
  }
  return {};
}

void setScale(SitePlan& plan, const stats::SiteStats& site, std::vector<float> scale, const std::string& edge) {
  if (!plan.scale.empty()) {
    throw Error(ErrorCode::InvalidArgument, toString(plan.id), "two steps of the recipe scale this site's channels",
                "keep one of the scaling steps (fptq, smoothquant, awq with scales)");
  }
  plan.rangeAfter = rangeAfter(site, scale);
  plan.scale = std::move(scale);
  plan.foldEdge = edge;
}

void setStatic(SitePlan& plan, const NumericRules& rules, int bits) {
  plan.activation = {};
  plan.activation.granularity = ActivationPlan::Granularity::Tensor;
  plan.activation.bits = bits > 0 ? bits : rules.activationBits;
  plan.activation.scale = staticActivationScale(plan.rangeAfter, plan.activation.bits, rules.scaleDtype);
}

void setDynamic(SitePlan& plan, const NumericRules& rules, int bits) {
  plan.activation = {};
  plan.activation.granularity = ActivationPlan::Granularity::Token;
  plan.activation.bits = bits > 0 ? bits : rules.activationBits;
  plan.activation.divisor = activationDivisor(rules, plan.activation.bits);
}

void setFloat(SitePlan& plan) {
  plan.activation = {};
}

}  // namespace oscope::quant
