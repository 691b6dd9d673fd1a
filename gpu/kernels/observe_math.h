// The arithmetic of the site reductions (analysis/compute/reductions.h), shared by kernels and host tests. Everything
// here is exact or order-free, so blocks may arrive in any order.
#pragma once

#include "gpu/kernels/float_bits.h"

namespace oscope::gpu {

inline constexpr int kHistogramBins = 64;
/// Tokens and channels that one 64-bit key can name.
inline constexpr int kTokenBits = 33, kChannelBits = 24;
inline constexpr std::uint64_t kMostTokens = (std::uint64_t{1} << kTokenBits) - 1;
inline constexpr std::uint64_t kMostChannels = (std::uint64_t{1} << kChannelBits) - 1;

/// compute::histogramBin of a value with these bits.
OSCOPE_HD int histogramBinOfBits(std::uint32_t bits) {
  const int exponent = static_cast<int>((bits & kMagnitudeBits) >> 23) - 127;
  const int half = (bits & 0x7FFFFFu) >= 0x3504F4u ? 1 : 0;  // the first float above sqrt(2)
  const int bin = 41 + 2 * exponent + half;
  return bin < 0 ? 0 : bin > kHistogramBins - 1 ? kHistogramBins - 1 : bin;
}

/// Integers in the order of the floats (-0 below +0).
OSCOPE_HD std::int32_t orderedOf(float value) {
  const auto bits = static_cast<std::int32_t>(bitsOf(value));
  return bits ^ ((bits >> 31) & 0x7FFFFFFF);
}

OSCOPE_HD float floatOfOrdered(std::int32_t ordered) {
  return floatOf(static_cast<std::uint32_t>(ordered ^ ((ordered >> 31) & 0x7FFFFFFF)));
}

/// The largest key is the largest |x| and, among equals, the lowest token. No key of a token is 0.
OSCOPE_HD std::uint64_t absmaxKey(std::uint32_t magnitude, std::uint64_t token) {
  return static_cast<std::uint64_t>(magnitude) << kTokenBits | (kMostTokens - token);
}
OSCOPE_HD float absmaxOfKey(std::uint64_t key) {
  return floatOf(static_cast<std::uint32_t>(key >> kTokenBits));
}
OSCOPE_HD std::int64_t tokenOfKey(std::uint64_t key) {
  return static_cast<std::int64_t>(kMostTokens - (key & kMostTokens));
}

/// The smallest place is the lowest token and in it the lowest channel.
OSCOPE_HD std::uint64_t placeOf(std::uint64_t token, std::uint64_t channel) {
  return token << kChannelBits | channel;
}

/// Smallest e >= 0 with top * 2^-e <= 32768, for the bits of a finite top >= 0.
OSCOPE_HD int rowExponentOfBits(std::uint32_t bits) {
  const int exponent = static_cast<int>(bits >> 23) - 126;  // top = mantissa * 2^exponent, mantissa in [0.5, 1)
  const int e = exponent - ((bits & 0x7FFFFFu) == 0 ? 16 : 15);
  return e > 0 ? e : 0;
}

/// 2^-e for 0 <= e <= 113.
OSCOPE_HD float inversePowerOfTwo(int e) {
  return floatOf(static_cast<std::uint32_t>(127 - e) << 23);
}

}  // namespace oscope::gpu
