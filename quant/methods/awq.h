// AWQ (arXiv 2306.00978): searched scales and clip limits. Pieces are public for tests.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "quant/methods/method.h"

namespace oscope::quant {

inline constexpr int kAwqRatios = 20;     ///< scales mean|x|^(i / 20), i = 0 .. 19
inline constexpr int kAwqClipSteps = 10;  ///< limits absmax * (1 - i / 20), i = 0 .. 9

/// s = max(mean|x|^ratio, 1e-4) / sqrt(max s * min s), float32.
std::vector<float> awqScale(std::span<const float> meanAbs, double ratio);

/// tr(E H E^T) / 2 of E = W - Q(float32(W s)) / s: the mean squared output error over the calibration tokens.
double awqLoss(std::span<const float> weight, std::int64_t out, std::span<const float> scale,
               std::span<const double> hessian, const WeightScheme& scheme, DType scaleDtype,
               const JobContext& context = {});

/// Per row and group the limit of lowest e^T H_gg e / 2; ties: the widest. `hessian` is that of the folded input.
std::vector<float> awqClipLimits(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                 std::span<const double> hessian, const WeightScheme& scheme, DType scaleDtype,
                                 const JobContext& context = {});

std::unique_ptr<QuantMethod> makeAwq();

}  // namespace oscope::quant
