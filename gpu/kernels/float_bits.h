// Floats and their bits, in kernels and on the host.
#pragma once

#include <cstdint>
#include <cstring>

#include "gpu/kernels/host_device.h"

namespace oscope::gpu {

inline constexpr std::uint32_t kInfinityBits = 0x7F800000u;
inline constexpr std::uint32_t kMagnitudeBits = 0x7FFFFFFFu;

OSCOPE_HD std::uint32_t bitsOf(float value) {
  std::uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

OSCOPE_HD float floatOf(std::uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

OSCOPE_HD std::uint64_t bitsOf(double value) {
  std::uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// NaN and infinities are counted elsewhere and read as 0.
OSCOPE_HD float finiteOrZero(float value) {
  return (bitsOf(value) & kMagnitudeBits) < kInfinityBits ? value : 0.0f;
}

}  // namespace oscope::gpu
