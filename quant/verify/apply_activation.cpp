#include "quant/verify/apply_activation.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

/// Changes every element on the host: change(value, channel).
void changeOnHost(compute::Backend& backend, compute::Tensor& x,
                  const std::function<float(float value, std::size_t channel)>& change) {
  std::vector<float> values(static_cast<std::size_t>(x.rows * x.cols));
  backend.download(x, values.data());
  const auto channels = static_cast<std::size_t>(x.cols);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = change(values[i], i % channels);
  backend.upload(values.data(), x);
}

void applyClusters(compute::Backend& backend, compute::Tensor& x, const ActivationPlan& plan) {
  const float low = -std::ldexp(1.0f, plan.bits - 1), high = -low - 1.0f;
  const ActivationClusters& clusters = plan.clusters;
  changeOnHost(backend, x, [&](float value, std::size_t channel) {
    const auto cluster = static_cast<std::size_t>(clusters.labels[channel]);
    const float scale = clusters.scales[cluster];
    const auto zero = static_cast<float>(clusters.zeros[cluster]);
    return scale * (std::clamp(std::nearbyint(value / scale) + zero, low, high) - zero);
  });
}

void quantizeInPlace(compute::Backend& backend, compute::Tensor& x, const compute::SequenceLayout& layout,
                     const ActivationPlan& plan, std::optional<double> divisor) {
  if (plan.granularity == Granularity::Cluster) return applyClusters(backend, x, plan);
  if (const auto quant = deviceQuant(plan, divisor)) backend.fakeQuant(x, layout, *quant);
}

}  // namespace

std::optional<compute::ActivationQuant> deviceQuant(const ActivationPlan& plan, std::optional<double> divisor) {
  using Mode = compute::ActivationQuant::Mode;
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
  } else {
    return std::nullopt;
  }
  return quant;
}

void applyActivation(compute::Backend& backend, compute::Tensor& x, const compute::SequenceLayout& layout,
                     const SitePlan& site, std::optional<double> divisor) {
  if (site.activation.granularity == Granularity::Float) return;
  if (site.foldEdge != kRuntimeEdge || site.scale.empty()) {
    return quantizeInPlace(backend, x, layout, site.activation, divisor);
  }
  changeOnHost(backend, x, [&](float value, std::size_t channel) { return value / site.scale[channel]; });
  quantizeInPlace(backend, x, layout, site.activation, divisor);
  changeOnHost(backend, x, [&](float value, std::size_t channel) { return value * site.scale[channel]; });
}

}  // namespace oscope::quant
