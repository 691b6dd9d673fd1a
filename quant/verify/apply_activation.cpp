#include "quant/verify/apply_activation.h"

namespace oscope::quant {

std::optional<compute::ActivationQuant> deviceQuant(const SitePlan& site, std::optional<double> divisor) {
  using Granularity = ActivationPlan::Granularity;
  using Mode = compute::ActivationQuant::Mode;
  const ActivationPlan& plan = site.activation;
  compute::ActivationQuant quant;
  quant.bits = plan.bits;
  quant.divisor = static_cast<float>(divisor.value_or(plan.divisor));
  if (plan.granularity == Granularity::Tensor) {
    quant.mode = Mode::Static;
    quant.scale = plan.scale;
  } else if (plan.granularity == Granularity::Token) {
    quant.mode = Mode::PerToken;
  } else if (plan.granularity == Granularity::Sequence) {
    quant.mode = Mode::PerSequence;
  } else if (plan.granularity == Granularity::Cluster) {
    quant.mode = Mode::PerCluster;
    quant.clusters = {plan.clusters.labels, plan.clusters.scales, plan.clusters.zeros};
  } else {
    return std::nullopt;
  }
  if (site.foldEdge == kRuntimeEdge) quant.factors = site.scale;
  return quant;
}

void applyActivation(compute::Backend& backend, compute::Tensor& x, const compute::SequenceLayout& layout,
                     const SitePlan& site, std::optional<double> divisor) {
  if (const auto quant = deviceQuant(site, divisor)) backend.fakeQuant(x, layout, *quant);
}

}  // namespace oscope::quant
