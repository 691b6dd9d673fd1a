// How activations become codes, and what both kinds of backends need to carry it out channel by channel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace oscope::compute {

/// Channels in clusters, each with a scale and a zero point (RPTQ).
struct ClusterQuant {
  std::span<const std::int32_t> labels;  ///< [cols] the cluster of a channel
  std::span<const float> scales;         ///< per cluster
  std::span<const std::int32_t> zeros;   ///< per cluster, at most kLargestZero in size
};
inline constexpr std::int32_t kLargestZero = 1 << 20;

/// Codes are signed, rounded half to even and clamped to [-2^(b-1), 2^(b-1)-1]. The spans are read during the call.
struct ActivationQuant {
  enum class Mode : std::uint8_t { Static, PerToken, PerSequence, PerCluster } mode = Mode::Static;
  int bits = 8;
  float scale = 1.0f;      ///< Static: the scale
  float divisor = 127.0f;  ///< PerToken, PerSequence: scale = max |x| / divisor; an all-zero row gets 1
  /// PerCluster: code = clamp(rne(x / scale_c) + zero_c), value = scale_c * (code - zero_c). All others are symmetric.
  ClusterQuant clusters = {};
  /// [cols] Not empty: x / factor is what is quantized, and its value is multiplied by the factor again, in float32.
  std::span<const float> factors = {};

  /// Whether x is code times one scale per row: what integer products take.
  bool hasRowScales() const { return mode != Mode::PerCluster && factors.empty(); }
};

/// Internal error, a bug of the caller, unless `quant` fits `op` on rows of `cols` channels with at most `mostBits`.
void requireActivationQuant(const char* op, const ActivationQuant& quant, std::int64_t cols, int mostBits);
/// Smallest and largest code of `bits`.
struct CodeRange {
  float low, high;
};
CodeRange codeRange(int bits);

/// Clusters as the symmetric rule of each channel: value = scale * rne(clamp(x / scale, low, low + 2^b - 1)), where
/// `low` is the smallest code without the zero point. Both [cols].
struct ChannelQuant {
  std::vector<float> scales, lows;
};
ChannelQuant channelQuant(const ActivationQuant& quant);

}  // namespace oscope::compute
