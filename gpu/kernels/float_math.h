// Bits of floats, 16-bit formats and TF32: the same arithmetic on the device and on the host.
#pragma once

#include <cstdint>

#include "gpu/kernels/float_bits.h"

namespace oscope::gpu {

/// How a weight's elements are stored.
enum class FloatType : std::uint8_t { F32, F16, BF16 };

OSCOPE_HD float fromBf16(std::uint16_t bits) {
  return floatOf(static_cast<std::uint32_t>(bits) << 16);
}

/// To nearest, ties to even; NaN stays NaN.
OSCOPE_HD std::uint16_t toBf16(float value) {
  const std::uint32_t bits = bitsOf(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

OSCOPE_HD float fromFp16(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7FFFu;
  std::uint32_t bits = bitsOf(floatOf(magnitude << 13) * 5.192296858534828e33f);  // 2^112: exact, subnormals too
  if (magnitude >= 0x7C00u) bits |= 0x7F800000u;
  return floatOf(bits | static_cast<std::uint32_t>(half & 0x8000u) << 16);
}

/// To nearest, ties to even; overflow gives infinity, NaN stays NaN.
OSCOPE_HD std::uint16_t toFp16(float value) {
  const std::uint32_t bits = bitsOf(value), magnitude = bits & 0x7FFFFFFFu;
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  std::uint32_t half;
  if (magnitude > 0x7F800000u) {
    half = 0x7E00u;
  } else if (magnitude >= 0x477FF000u) {  // 65520 and above
    half = 0x7C00u;
  } else if (magnitude < 0x38800000u) {  // below 2^-14: the float adder rounds to multiples of 2^-24
    half = bitsOf(floatOf(magnitude) + 0.5f) - bitsOf(0.5f);
  } else {
    half = (magnitude - 0x38000000u + 0xFFFu + ((magnitude >> 13) & 1u)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

/// One element of a stored array as float32: exact.
OSCOPE_HD float loadFloat(const void* data, FloatType type, std::int64_t at) {
  if (type == FloatType::F32) return static_cast<const float*>(data)[at];
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[at];
  return type == FloatType::BF16 ? fromBf16(bits) : fromFp16(bits);
}

/// The nearest value with 10 fraction bits, ties away from zero: what matrix units read as TF32.
OSCOPE_HD float toTf32(float value) {
  const std::uint32_t bits = bitsOf(value);
  if ((bits & kInfinityBits) == kInfinityBits) return value;
  return floatOf((bits + 0x1000u) & 0xFFFFE000u);
}

/// value = high + low but for 2^-22 of it: two TF32 values, of which matrix units cut the low one off themselves.
OSCOPE_HD void splitTf32(float value, float& high, float& low) {
  high = toTf32(value);
  low = value - high;
}

}  // namespace oscope::gpu
