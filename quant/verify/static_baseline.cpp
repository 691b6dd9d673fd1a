#include "quant/verify/static_baseline.h"

#include <algorithm>

#include "quant/numerics/quantize.h"
#include "quant/transform/folded_weight.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

SitePlan staticSite(const SitePlan& planned, const NumericRules& rules) {
  SitePlan site = planned;
  site.scale.clear();
  site.shift.clear();
  site.foldEdge.clear();
  site.order.clear();
  if (planned.activation.granularity == Granularity::Float) return site;
  site.policy = Policy::Static;
  site.activation = ActivationPlan{};
  site.activation.granularity = Granularity::Tensor;
  site.activation.bits = planned.activation.bits;
  site.activation.scale = staticActivationScale(planned.range, planned.activation.bits, rules.scaleDtype);
  return site;
}

}  // namespace

bool hasStaticBaseline(const std::vector<SitePlan>& sites) {
  return std::any_of(sites.begin(), sites.end(),
                     [](const SitePlan& site) { return site.activation.granularity != Granularity::Float; });
}

QuantizedBlock staticBaselineBlock(const model::BlockGraph& block, const checkpoint::TensorSource& source,
                                   const std::vector<SitePlan>& sites, const NumericRules& rules,
                                   compute::Backend& backend) {
  QuantizedBlock result;
  result.index = block.index;
  result.linears.resize(block.linears.size());
  for (std::size_t s = 0; s < block.sites.size(); ++s) {
    result.sites.push_back(staticSite(sites.at(s), rules));
    for (std::size_t r = 0; r < block.sites[s].readers.size(); ++r) {
      const auto index = static_cast<std::size_t>(block.sites[s].readers[r]);
      const model::LinearDesc& desc = block.linears[index];
      QuantizedLinear& linear = result.linears[index];
      linear.module = desc.module;
      const WeightScheme& scheme = sites[s].linears.at(r).scheme;
      FoldedWeight weight(source.tensor(desc.weight));
      if (scheme.isFloat()) {
        linear.floatWeight = weight.take();
      } else {
        linear.weight = weight.quantize(backend, weightQuant(scheme, desc.in, rules.scaleDtype), {}).weight;
      }
    }
  }
  return result;
}

}  // namespace oscope::quant
