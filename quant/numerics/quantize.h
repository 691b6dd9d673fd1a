// Scales and codes as a recipe's schemes ask for them. The arithmetic of weights is the backends'
// (analysis/compute/weight_quantization.h).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "analysis/compute/weight_quantization.h"
#include "quant/numerics/scheme.h"

namespace oscope::quant {

using compute::AffineParams;
using compute::affineParams;
using compute::AffineRange;
using compute::GroupParams;
using compute::quantizeAffine;
using compute::quantizeValue;
using compute::symmetricScale;

/// absmax / (2^(bits-1) - 1) in float64, snapped up to the next value of `scaleDtype` (formats.md section 2.5); 1 for
/// absmax 0.
float staticActivationScale(double absmax, int bits, DType scaleDtype);

/// `scheme` for a weight of `in` input channels. The scheme must not be float.
compute::WeightQuant weightQuant(const WeightScheme& scheme, std::int64_t in, DType scaleDtype,
                                 AffineRange range = AffineRange::IncludesZero);

/// Round to nearest of a few rows W [out, in] row-major, in the calling thread; whole weights are the backend's.
/// `clipLimits` and errors as in Backend::quantizeWeight.
compute::QuantizedWeight quantizeWeight(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                        const WeightScheme& scheme, DType scaleDtype,
                                        std::span<const float> clipLimits = {},
                                        AffineRange range = AffineRange::IncludesZero);
/// Sums of a weight whose codes were made elsewhere; row by row as Backend::quantizeWeight adds them.
compute::SquareSums squareSums(std::span<const float> weight, const compute::QuantizedWeight& codes);

/// Weights bounded by limits [rows, in / group].
std::vector<float> clampToLimits(std::span<const float> weight, std::span<const float> clipLimits, std::int64_t group);
/// scale * (code - zero), float32, row-major [out, in].
std::vector<float> dequantizeWeight(const compute::QuantizedWeight& weight);

}  // namespace oscope::quant
