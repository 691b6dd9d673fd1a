#include <algorithm>
#include <bit>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {
namespace {

// An all-zero row, or one so small that its scale vanishes, gets scale 1: its codes are 0.
float scaleOf(std::uint32_t absMaxBits, float divisor) {
  const float scale = std::bit_cast<float>(absMaxBits) / divisor;
  return scale == 0.0f ? 1.0f : scale;
}

template <typename OfRow>
void forEachRow(Parallel& parallel, Tensor& x, const OfRow& ofRow) {
  parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) ofRow(row, x.as<float>() + row * x.cols);
  });
}

}  // namespace

void fakeQuant(Parallel& parallel, Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant) {
  const float* factors = quant.factors.empty() ? nullptr : quant.factors.data();
  if (factors != nullptr) {
    forEachRow(parallel, x, [&](std::int64_t, float* row) { kernels().divideBy(row, factors, x.cols); });
  }
  const auto [low, high] = codeRange(quant.bits);
  const bool clusters = quant.mode == ActivationQuant::Mode::PerCluster;
  const ChannelQuant channels = clusters ? channelQuant(quant) : ChannelQuant();
  const std::vector<float> scales = clusters ? std::vector<float>() : activationScales(parallel, x, layout, quant);
  forEachRow(parallel, x, [&, low = low, high = high](std::int64_t row, float* values) {
    if (clusters) {
      kernels().fakeQuantChannels(values, x.cols, channels.scales.data(), channels.lows.data(), high - low, values);
    } else {
      kernels().fakeQuantRow(values, x.cols, scales[static_cast<std::size_t>(row)], low, high, values);
    }
    if (factors != nullptr) kernels().multiplyInto(values, factors, x.cols);
  });
}

std::vector<float> activationScales(Parallel& parallel, const Tensor& x, const SequenceLayout& layout,
                                    const ActivationQuant& quant) {
  std::vector<float> scales(static_cast<std::size_t>(x.rows), quant.scale);
  if (quant.mode == ActivationQuant::Mode::Static) return scales;
  const float* data = x.as<float>();
  std::vector<std::uint32_t> top(scales.size());
  parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      top[static_cast<std::size_t>(row)] = kernels().absMaxBits(data + row * x.cols, x.cols);
    }
  });
  if (quant.mode == ActivationQuant::Mode::PerSequence) {
    for (std::int64_t s = 0; s < layout.sequences(); ++s) {
      const auto first = top.begin() + layout.starts[static_cast<std::size_t>(s)];
      const auto last = top.begin() + layout.starts[static_cast<std::size_t>(s) + 1];
      if (first != last) std::fill(first, last, *std::max_element(first, last));
    }
  }
  for (std::size_t row = 0; row < scales.size(); ++row) scales[row] = scaleOf(top[row], quant.divisor);
  return scales;
}

}  // namespace oscope::compute::cpu
