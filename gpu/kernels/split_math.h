// Activations as operands of 16-bit matrix products.
//
// One term is the nearest 16-bit value, as a 16-bit model would have it. Three terms add up to the float32 value: bf16
// keeps 3 * 8 bits, fp16 (after scaling) 3 * 11 bits above 2^-39 of the largest value. Products of 16-bit values are
// exact in float32, so three products whose sums are kept in float32 are as good as a float32 product.
#pragma once

#include <cstdint>

#include "gpu/kernels/float_math.h"

namespace oscope::gpu {

inline constexpr int kMostTerms = 3;

/// The power of two by which the activations of a sequence are multiplied before they become fp16, so that the largest
/// one, with the given bits of |x|, lies in [2^14, 2^15): nothing overflows, and small values keep their bits.
OSCOPE_HD int fp16Shift(std::uint32_t absMaxBits) {
  if (absMaxBits >= kInfinityBits || absMaxBits == 0) return 0;
  const int shift = 14 - (static_cast<int>(absMaxBits >> 23) - 127);
  return shift > 126 ? 126 : shift;  // a power that float32 holds; its inverse, too
}

/// 2^exponent for -126 <= exponent <= 127.
OSCOPE_HD float powerOfTwo(int exponent) {
  return floatOf(static_cast<std::uint32_t>(exponent + 127) << 23);
}

/// Writes `terms` values to out[0], out[stride], ...
OSCOPE_HD void splitBf16(float x, int terms, std::uint16_t* out, std::int64_t stride) {
  for (int t = 0; t < terms; ++t) {
    const std::uint16_t term = toBf16(x);
    out[t * stride] = term;
    const float rest = x - fromBf16(term);
    x = finiteOrZero(rest);  // infinities and NaN are in the first term
  }
}

OSCOPE_HD void splitFp16(float scaled, int terms, std::uint16_t* out, std::int64_t stride) {
  for (int t = 0; t < terms; ++t) {
    const std::uint16_t term = toFp16(scaled);
    out[t * stride] = term;
    const float rest = scaled - fromFp16(term);
    scaled = finiteOrZero(rest);
  }
}

}  // namespace oscope::gpu
