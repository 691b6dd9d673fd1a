// Round to nearest, half to even: scales and codes of weights and activations. DESIGN section 5; formulas per function.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "analysis/compute/quantized_weight.h"
#include "quant/numerics/scheme.h"

namespace oscope::quant {

/// float32(absmax / (2^(bits-1) - 1)) rounded to nearest even in `scaleDtype`; 1 for absmax 0. Never 0.
float symmetricScale(float absmax, int bits, DType scaleDtype);
/// absmax / (2^(bits-1) - 1) in float64, snapped up to the next value of `scaleDtype` (formats.md section 2.5); 1 for
/// absmax 0.
float staticActivationScale(double absmax, int bits, DType scaleDtype);
/// clamp(rne(value / scale), -2^(b-1), 2^(b-1) - 1): float32 division. `value` must not be NaN.
std::int8_t quantizeValue(float value, float scale, int bits);

/// Whether an asymmetric range is widened to hold 0 (GPTQ) or taken as it is, at least 1e-5 wide (AWQ).
enum class AffineRange : std::uint8_t { IncludesZero, AsFound };

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
GroupParams groupParams(std::span<const float> values, const WeightScheme& scheme, DType scaleDtype,
                        AffineRange affineRange = AffineRange::IncludesZero,
                        float limit = std::numeric_limits<float>::infinity());
/// The code of one value in its group, signed as QuantizedWeight stores it.
std::int8_t quantizeInGroup(float value, const GroupParams& group, const WeightScheme& scheme);

/// A QuantizedWeight with its vectors sized and zeroed.
compute::QuantizedWeight emptyQuantizedWeight(std::int64_t out, std::int64_t in, const WeightScheme& scheme);

/// Round to nearest of W [out, in] row-major. `clipLimits` [out, groups] bounds |w| before (empty: none). Non-finite
/// weights are a NonFinite error that names row and group.
compute::QuantizedWeight quantizeWeight(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                        const WeightScheme& scheme, DType scaleDtype,
                                        std::span<const float> clipLimits = {},
                                        AffineRange affineRange = AffineRange::IncludesZero);
/// Weights bounded by limits [rows, in / group].
std::vector<float> clampToLimits(std::span<const float> weight, std::span<const float> clipLimits, std::int64_t group);
/// scale * (code - zero), float32, row-major [out, in].
std::vector<float> dequantizeWeight(const compute::QuantizedWeight& weight);

}  // namespace oscope::quant
