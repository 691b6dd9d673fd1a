// Codes and scales of activations, as the CPU makes them (analysis/compute/cpu): shared by kernels and host tests.
#pragma once

#include "gpu/kernels/float_bits.h"

namespace oscope::gpu {

/// Adding and taking away 1.5 * 2^23 rounds |v| < 2^22 to an integer, half to even.
inline constexpr float kRounder = 12582912.0f;

/// rne(v) for |v| < 2^21 as two's complement in the low 22 bits: an addition in place of a conversion, of which a GPU
/// makes fewer at a time.
OSCOPE_HD std::uint32_t lowBitsOf(float v) {
  return bitsOf(v + kRounder);
}

/// The scale of values whose largest |x| has these bits. An all-zero row, or one so small that its scale vanishes, gets
/// 1: its codes are 0.
OSCOPE_HD float activationScale(std::uint32_t absMaxBits, float divisor) {
  const float scale = floatOf(absMaxBits) / divisor;
  return scale == 0.0f ? 1.0f : scale;
}

/// clamp(rne(x / scale), low, high); NaN gives low.
OSCOPE_HD std::int8_t codeOf(float x, float scale, float low, float high) {
  float v = x / scale;
  v = v >= low ? v : low;
  v = v > high ? high : v;
  return static_cast<std::int8_t>(lowBitsOf(v));
}

/// scale * clamp(rne(x / scale), low, high); NaN stays NaN.
OSCOPE_HD float fakeQuantized(float x, float scale, float low, float high) {
  float v = x / scale;
  v = v < low ? low : v;
  v = v > high ? high : v;
  return scale * ((v + kRounder) - kRounder);
}

}  // namespace oscope::gpu
