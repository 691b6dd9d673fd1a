// What a per-channel scale does to tensors: float32, one rounding per step. Spans are row-major [out, in].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/model/model_graph.h"

namespace oscope::quant {

/// Readers: W_ij = float32(W_ij * s_j).
void scaleColumns(std::span<float> weight, std::span<const float> scale);

/// What each of `rows` rows of a producer is divided by: s of the channels that it makes, 1 where it makes none.
/// `rowOfChannel` as in model::FoldEdge; channels of one row share one s.
std::vector<float> rowDivisors(std::int64_t rows, std::span<const std::int32_t> rowOfChannel,
                               std::span<const float> scale);
/// Producers: rows and their biases divided so. An empty bias has no effect.
void divideRows(std::span<float> weight, std::span<float> bias, std::int64_t in,
                std::span<const std::int32_t> rowOfChannel, std::span<const float> scale);

/// Norm weights: the multiplier (offset + w) divided by s, minus the offset. Rounded to `dtype` once.
std::vector<float> foldNormWeight(const std::vector<float>& weight, float offset, std::span<const float> scale,
                                  DType dtype);
/// Norm biases: (b - z) / s, z empty: 0. Rounded to `dtype` once.
std::vector<float> foldNormBias(const std::vector<float>& bias, std::span<const float> scale,
                                std::span<const float> shift, DType dtype);

/// Reader biases of a shifted input: b_i + sum_j W_ij z_j, W before any scaling, summed in float64.
std::vector<float> shiftBias(const std::vector<float>& bias, std::span<const float> weight,
                             std::span<const float> shift);

}  // namespace oscope::quant
