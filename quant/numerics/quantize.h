// Round to nearest, half to even: scales and codes of weights and activations. DESIGN section 5; formulas per function.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/compute/quantized_weight.h"
#include "quant/numerics/scheme.h"

namespace oscope::quant {

/// float32(absmax / (2^(bits-1) - 1)) rounded to nearest even in `scaleDtype`; 1 for absmax 0. Never 0.
float symmetricScale(float absmax, int bits, DType scaleDtype);
/// absmax / 127 in float64, snapped up to the next value of `scaleDtype` (formats.md section 2.5); 1 for absmax 0.
float staticActivationScale(double absmax, int bits, DType scaleDtype);
/// clamp(rne(value / scale), -2^(b-1), 2^(b-1) - 1): float32 division.
std::int8_t quantizeValue(float value, float scale, int bits);

/// Scale and zero point of an asymmetric group: range forced to include 0 (methods.md section 0, GPTQ).
struct AffineParams {
  float scale = 1;
  std::int32_t zero = 0;  ///< in [0, 2^b - 1]
};
AffineParams affineParams(float low, float high, int bits, DType scaleDtype, bool includeZero = true);

/// Round to nearest of W [out, in] row-major. `clipLimits` [out, groups] bounds |w| before (empty: none).
compute::QuantizedWeight quantizeWeight(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                        const WeightScheme& scheme, DType scaleDtype,
                                        std::span<const float> clipLimits = {});
/// scale * (code - zero), float32, row-major [out, in].
std::vector<float> dequantizeWeight(const compute::QuantizedWeight& weight);

}  // namespace oscope::quant
