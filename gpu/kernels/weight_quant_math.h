// Scales and codes of weights, as the CPU makes them (analysis/compute/weight_quantization.h): shared by kernels and
// host tests. Bit for bit the same: a quotient of floats rounded to float32 is the one of their float64 quotient.
#pragma once

#include <cmath>

#include "gpu/kernels/float_math.h"
#include "gpu/kernels/quant_math.h"

namespace oscope::gpu {

/// How codes are made, uniform over a weight.
struct WeightRule {
  int bits = 4;
  bool symmetric = true;
  bool includesZero = true;               ///< of an asymmetric range
  FloatType scaleType = FloatType::BF16;  ///< that scales are rounded to
};

struct GroupScale {
  float scale = 1.0f;
  std::int32_t zero = 0;  ///< in the range of signed codes
};

/// Rounded to nearest in `type`, but never to 0.
OSCOPE_HD float storedScale(float value, FloatType type) {
  if (type == FloatType::F32) return value > 0.0f ? value : floatOf(1u);
  const auto read = [type](std::uint16_t bits) { return type == FloatType::BF16 ? fromBf16(bits) : fromFp16(bits); };
  const auto round = [type](float v) { return type == FloatType::BF16 ? toBf16(v) : toFp16(v); };
  const float rounded = read(round(value));
  if (rounded > 0.0f) return rounded;
  const float least = value > 0.0f ? value : floatOf(1u);
  const std::uint16_t bits = round(least);
  return read(bits) < least ? read(static_cast<std::uint16_t>(bits + 1)) : read(bits);
}

/// Scale and zero of a group whose finite values lie in [low, high], already clamped to its limit.
OSCOPE_HD GroupScale groupScaleOf(float low, float high, const WeightRule& rule) {
  if (rule.symmetric) {
    const float top = -low > high ? -low : high;
    if (top == 0.0f) return {};
    return {storedScale(top / static_cast<float>((1 << (rule.bits - 1)) - 1), rule.scaleType), 0};
  }
  const std::int32_t half = 1 << (rule.bits - 1);
  const double levels = (1 << rule.bits) - 1;
  double width;
  if (rule.includesZero) {
    low = low < 0.0f ? low : 0.0f;
    high = high > 0.0f ? high : 0.0f;
    width = static_cast<double>(high) - low;
    if (width == 0) return {1.0f, -half};
  } else {
    width = static_cast<double>(high) - low;
    width = width > 1e-5 ? width : 1e-5;
  }
  const float scale = storedScale(static_cast<float>(width / levels), rule.scaleType);
  double zero = rint(-static_cast<double>(low) / scale);
  zero = zero < 0 ? 0 : zero > levels ? levels : zero;
  return {scale, static_cast<std::int32_t>(zero) - half};
}

OSCOPE_HD float clampTo(float value, float low, float high) {
  value = value < low ? low : value;
  return value > high ? high : value;
}

/// The code of a finite value in its group, clamped to +-limit before: a whole number (lowBitsOf has its bits).
OSCOPE_HD float weightCode(float value, float limit, const GroupScale& group, const WeightRule& rule) {
  const float steps = clampTo(value, -limit, limit) / group.scale;
  if (rule.symmetric) {
    const auto top = static_cast<float>((1 << (rule.bits - 1)) - 1);
    return (clampTo(steps, -top - 1.0f, top) + kRounder) - kRounder;
  }
  const std::int32_t half = 1 << (rule.bits - 1);
  const auto top = static_cast<float>((1 << rule.bits) - 1);
  const float nearest = (clampTo(steps, -2.0f * top, 2.0f * top) + kRounder) - kRounder;
  return clampTo(nearest + static_cast<float>(group.zero + half), 0.0f, top) - static_cast<float>(half);
}

/// The power of two that brings `scale` into [1, 2).
OSCOPE_HD float unitOf(float scale) {
  std::uint32_t exponent = (bitsOf(scale) >> 23) & 0xFFu;
  exponent = exponent < 1u ? 1u : exponent > 253u ? 253u : exponent;
  return floatOf((254u - exponent) << 23);
}

/// w^2 and the square of what its code leaves of it, in units of 1 / unit^2.
struct SquarePair {
  float energy, error;
};
OSCOPE_HD void addSquares(SquarePair& sums, float value, float code, const GroupScale& group, float unit) {
  const float rest = fmaf(-group.scale, code - static_cast<float>(group.zero), value);
  const float v = value * unit, e = rest * unit;
  sums.energy += v * v;
  sums.error += e * e;
}

/// The bytes of 8 codes of 4 bits, the first one in the lowest bits of both.
OSCOPE_HD std::uint64_t bytesOfCodes(std::uint32_t word) {
  std::uint64_t bytes = word;
  bytes = (bytes | bytes << 16) & 0x0000FFFF0000FFFFull;
  bytes = (bytes | bytes << 8) & 0x00FF00FF00FF00FFull;
  bytes = (bytes | bytes << 4) & 0x0F0F0F0F0F0F0F0Full;
  // (v ^ 8) - 8 in each byte; the top bits keep borrows at home.
  return (((bytes ^ 0x0808080808080808ull) | 0x8080808080808080ull) - 0x0808080808080808ull) ^ 0x8080808080808080ull;
}

}  // namespace oscope::gpu
