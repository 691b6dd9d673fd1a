// Weights to codes by round to nearest, half to even (DESIGN section 5): the reference of Backend::quantizeWeight, and
// its pieces for methods that walk over columns themselves.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "analysis/base/dtype.h"
#include "analysis/compute/quantized_weight.h"

namespace oscope::compute {

/// Whether an asymmetric range is widened to hold 0 (GPTQ) or taken as it is, at least 1e-5 wide (AWQ).
enum class AffineRange : std::uint8_t { IncludesZero, AsFound };

/// How a weight [out, in] becomes codes.
struct WeightQuant {
  int bits = 4;            ///< 2..8
  std::int64_t group = 0;  ///< input channels per scale; divides `in`
  bool symmetric = true;
  DType scaleDtype = DType::BF16;  ///< scales are rounded to it before codes are computed; F16, F32 too
  AffineRange range = AffineRange::IncludesZero;
};

/// What a weight is multiplied with before: float32(float32(w[n, k] * columns[k]) / rows[n]). Empty: nothing.
struct WeightFold {
  std::span<const float> columns, rows;
};

/// Sums over a folded weight and over what its codes leave of it.
struct SquareSums {
  double energy = 0, error = 0;  ///< sum w^2, sum (w - scale * (code - zero))^2
};

struct WeightCodes {
  QuantizedWeight weight;
  SquareSums sums;
};

/// float32(absmax / (2^(bits-1) - 1)) rounded to nearest even in `scaleDtype`; 1 for absmax 0. Never 0.
float symmetricScale(float absmax, int bits, DType scaleDtype);
/// clamp(rne(value / scale), -2^(b-1), 2^(b-1) - 1): float32 division. `value` must not be NaN.
std::int8_t quantizeValue(float value, float scale, int bits);

/// Scale and zero point of an asymmetric group: (high - low) / (2^b - 1), clamp(rne(-low / scale), 0, 2^b - 1).
struct AffineParams {
  float scale = 1;
  std::int32_t zero = 0;  ///< in [0, 2^b - 1]
};
AffineParams affineParams(float low, float high, int bits, DType scaleDtype,
                          AffineRange range = AffineRange::IncludesZero);
/// clamp(rne(value / scale) + zero, 0, 2^b - 1).
std::uint8_t quantizeAffine(float value, const AffineParams& params, int bits);

/// Scale and zero of one group of weights, as QuantizedWeight stores them: zero in the range of signed codes.
struct GroupParams {
  float scale = 1;
  std::int32_t zero = 0;
};
/// From the group's values, clamped to +-limit before.
GroupParams groupParams(std::span<const float> values, const WeightQuant& quant,
                        float limit = std::numeric_limits<float>::infinity());
/// The code of one value in its group, signed as QuantizedWeight stores it.
std::int8_t quantizeInGroup(float value, const GroupParams& group, const WeightQuant& quant);

/// Internal error, a bug of the caller, unless all of it fits a weight [out, in].
void requireQuantizable(std::int64_t out, std::int64_t in, const WeightFold& fold, const WeightQuant& quant,
                        std::span<const float> clipLimits);

/// A QuantizedWeight with its vectors sized and zeroed.
QuantizedWeight emptyQuantizedWeight(std::int64_t out, std::int64_t in, const WeightQuant& quant);

/// Codes of the folded row [in] into row `row` of `weight`. `limits` [groups of this row] bound |w| before (empty:
/// none). The first group whose scale is not finite and positive, -1 where all are.
std::int64_t quantizeRow(std::span<const float> values, std::int64_t row, const WeightQuant& quant,
                         std::span<const float> limits, QuantizedWeight& weight);
/// Sums of one folded row. Their order is the same on every device: eight neighbours in turn and then 512 strands of
/// such eights by a tree (neighbours first) make a group, in float32 in units of its scale's power of two; the groups,
/// in float64, are 32 strands and a tree.
SquareSums squareSums(std::span<const float> values, std::int64_t row, const QuantizedWeight& weight);

/// Throws NonFinite that names output channel and group.
[[noreturn]] void throwScaleNotFinite(std::int64_t row, std::int64_t group);

}  // namespace oscope::compute
