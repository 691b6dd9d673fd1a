#include "analysis/compute/activation_quant.h"

#include <algorithm>
#include <cmath>

#include "analysis/compute/cpu/checks.h"

namespace oscope::compute {

using cpu::require;

namespace {

bool isScale(float value) {
  return std::isfinite(value) && value > 0;
}

void requireClusters(const char* op, const ClusterQuant& clusters, std::int64_t cols) {
  require(static_cast<std::int64_t>(clusters.labels.size()) == cols, op, "one cluster label per channel is needed");
  require(clusters.scales.size() == clusters.zeros.size(), op, "clusters need a scale and a zero point each");
  const auto count = static_cast<std::int32_t>(clusters.scales.size());
  const auto isLabel = [&](std::int32_t label) { return label >= 0 && label < count; };
  const auto isZero = [](std::int32_t zero) { return zero >= -kLargestZero && zero <= kLargestZero; };
  require(std::all_of(clusters.labels.begin(), clusters.labels.end(), isLabel), op, "a channel's cluster is missing");
  require(std::all_of(clusters.scales.begin(), clusters.scales.end(), isScale), op, "a cluster's scale is no scale");
  require(std::all_of(clusters.zeros.begin(), clusters.zeros.end(), isZero), op, "a zero point is out of range");
}

}  // namespace

void requireActivationQuant(const char* op, const ActivationQuant& quant, std::int64_t cols, int mostBits) {
  require(quant.bits >= 2 && quant.bits <= mostBits, op, "bits out of range");
  if (quant.mode == ActivationQuant::Mode::PerCluster) requireClusters(op, quant.clusters, cols);
  require(quant.factors.empty() || static_cast<std::int64_t>(quant.factors.size()) == cols, op,
          "one factor per channel is needed");
}

CodeRange codeRange(int bits) {
  const auto half = static_cast<float>(1 << (bits - 1));
  return {-half, half - 1.0f};
}

// rne(v) + z is exact for integers of this size, so that clamping can come before rounding.
ChannelQuant channelQuant(const ActivationQuant& quant) {
  ChannelQuant channels;
  const float low = codeRange(quant.bits).low;
  for (const std::int32_t label : quant.clusters.labels) {
    const auto cluster = static_cast<std::size_t>(label);
    channels.scales.push_back(quant.clusters.scales[cluster]);
    channels.lows.push_back(low - static_cast<float>(quant.clusters.zeros[cluster]));
  }
  return channels;
}

}  // namespace oscope::compute
