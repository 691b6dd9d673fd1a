// The ops in float64, written as the formulas stand, for tests.
#pragma once

#include <vector>

#include "analysis/compute/backend.h"

namespace oscope::compute::test {

using Doubles = std::vector<double>;

Doubles referenceLinear(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& bias,
                        std::int64_t rows, std::int64_t in, std::int64_t out);
Doubles referenceRmsNorm(const std::vector<float>& x, const std::vector<float>& w, double eps, double offset);
Doubles referenceLayerNorm(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& b,
                           std::int64_t rows, double eps);
double referenceActivation(Activation act, double x);

/// One sequence. Element (row, head, d) of a matrix `cols` wide is row * cols + offset + head * stride + d.
struct Heads {
  const std::vector<float>& values;
  std::int64_t cols, heads, headDim, offset, stride;
  double at(std::int64_t row, std::int64_t head, std::int64_t d) const {
    return values[static_cast<std::size_t>(row * cols + offset + head * stride + d)];
  }
};
Doubles referenceAttention(const Heads& q, const Heads& k, const Heads& v, std::int64_t length,
                           const AttentionParams& params);

}  // namespace oscope::compute::test
