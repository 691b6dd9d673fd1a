// How weights and activations become integers.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/base/dtype.h"

namespace oscope::quant {

/// Largest code of a signed scheme, 2^(bits-1) - 1: the divisor of symmetric scales.
constexpr int largestCode(int bits) {
  return (1 << (bits - 1)) - 1;
}

/// Weight scheme of one linear. bits 2..8, or 16: left in float.
struct WeightScheme {
  int bits = 4;
  std::int64_t group = 128;  ///< input channels per scale; 0: one scale per output channel
  bool symmetric = true;
  friend bool operator==(const WeightScheme&, const WeightScheme&) = default;
  bool isFloat() const { return bits >= 16; }
  /// "int4 g128", "int8 per channel", "float".
  std::string describe() const;
};

/// The group that `in` channels really get: `group` where it divides `in`, else `in` (per channel).
std::int64_t effectiveGroup(const WeightScheme& scheme, std::int64_t in);

/// Numeric rules shared by a whole recipe (DESIGN section 5).
struct NumericRules {
  DType scaleDtype = DType::BF16;  ///< scales are rounded to it before codes are computed; F16, F32 allowed
  int activationBits = 8;
  double dynamicDivisor = 127.0;  ///< 127, or 127.5 as compressed-tensors executes it
  friend bool operator==(const NumericRules&, const NumericRules&) = default;
};

/// Divisor of run-time scales at `bits`: the rules' divisor moved from 8 bits to `bits` (127.5 -> 7.5 at 4 bits).
double activationDivisor(const NumericRules& rules, int bits);

}  // namespace oscope::quant
