// compute::ExactSum in 64-bit words: the same fixed point, rounding and saturation, for kernels.
#pragma once

#include "gpu/kernels/float_bits.h"

namespace oscope::gpu {

/// 128 bits, two's complement, 64 of them after the point. The ends of the range stand for saturation.
struct Fixed128 {
  std::uint64_t high = 0, low = 0;
};

OSCOPE_HD Fixed128 fixedTop() {
  return {0x7FFFFFFFFFFFFFFFull, 0xFFFFFFFFFFFFFFFFull};
}
OSCOPE_HD Fixed128 fixedBottom() {
  return {0x8000000000000000ull, 0};
}
OSCOPE_HD bool equal(Fixed128 a, Fixed128 b) {
  return a.high == b.high && a.low == b.low;
}

OSCOPE_HD Fixed128 negated(Fixed128 a) {
  const std::uint64_t low = ~a.low + 1;
  return {~a.high + (low == 0 ? 1 : 0), low};
}

/// `value` in multiples of 2^-64, to nearest, ties to even.
OSCOPE_HD Fixed128 toFixed(double value) {
  const std::uint64_t bits = bitsOf(value);
  const bool negative = (bits >> 63) != 0;
  const int biased = static_cast<int>((bits >> 52) & 0x7FF);
  const std::uint64_t fraction = bits & 0xFFFFFFFFFFFFFull;
  if (biased == 0x7FF && fraction != 0) return fixedTop();                // NaN
  if (biased >= 1023 + 62) return negative ? fixedBottom() : fixedTop();  // |value| >= 2^62
  if (biased < 1023 - 66) return {};                                      // below half a unit, subnormal doubles too
  const std::uint64_t mantissa = fraction | (std::uint64_t{1} << 52);
  const int shift = biased - 1023 - 52 + 64;  // value = mantissa * 2^shift units; -53 <= shift <= 73
  Fixed128 fixed;
  if (shift >= 64) {
    fixed.high = mantissa << (shift - 64);
  } else if (shift > 0) {
    fixed.low = mantissa << shift;
    fixed.high = mantissa >> (64 - shift);
  } else if (shift == 0) {
    fixed.low = mantissa;
  } else if (shift >= -53) {
    const int drop = -shift;
    const std::uint64_t kept = mantissa >> drop, rest = mantissa & ((std::uint64_t{1} << drop) - 1);
    const std::uint64_t half = std::uint64_t{1} << (drop - 1);
    fixed.low = kept + (rest > half || (rest == half && (kept & 1) != 0) ? 1 : 0);
  }
  return negative ? negated(fixed) : fixed;
}

/// a + b; an end of the range absorbs what is added, the positive one first, and an overflow goes to it.
OSCOPE_HD Fixed128 addSaturating(Fixed128 a, Fixed128 b) {
  if (equal(a, fixedTop()) || equal(b, fixedTop())) return fixedTop();
  if (equal(a, fixedBottom()) || equal(b, fixedBottom())) return fixedBottom();
  Fixed128 sum;
  sum.low = a.low + b.low;
  sum.high = a.high + b.high + (sum.low < a.low ? 1 : 0);
  const bool overflow = ((a.high ^ sum.high) & (b.high ^ sum.high)) >> 63 != 0;
  if (overflow) return (a.high >> 63) == 0 ? fixedTop() : fixedBottom();
  return sum;
}

}  // namespace oscope::gpu
