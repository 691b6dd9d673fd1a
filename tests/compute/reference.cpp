#include "tests/compute/reference.h"

#include <algorithm>
#include <cmath>

namespace oscope::compute::test {

Doubles referenceLinear(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& bias,
                        std::int64_t rows, std::int64_t in, std::int64_t out) {
  Doubles y;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t n = 0; n < out; ++n) {
      double sum = bias.empty() ? 0.0 : bias[static_cast<std::size_t>(n)];
      for (std::int64_t k = 0; k < in; ++k) {
        sum += static_cast<double>(x[static_cast<std::size_t>(r * in + k)]) * w[static_cast<std::size_t>(n * in + k)];
      }
      y.push_back(sum);
    }
  }
  return y;
}

Doubles referenceRmsNorm(const std::vector<float>& x, const std::vector<float>& w, double eps, double offset) {
  const std::size_t width = w.size();
  Doubles y(x.size());
  const std::size_t parts = x.size() / width;
  for (std::size_t p = 0; p < parts; ++p) {
    double squares = 0;
    for (std::size_t c = 0; c < width; ++c) squares += static_cast<double>(x[p * width + c]) * x[p * width + c];
    const double scale = 1.0 / std::sqrt(squares / static_cast<double>(width) + eps);
    for (std::size_t c = 0; c < width; ++c) y[p * width + c] = x[p * width + c] * scale * (offset + w[c]);
  }
  return y;
}

Doubles referenceLayerNorm(const std::vector<float>& x, const std::vector<float>& w, const std::vector<float>& b,
                           std::int64_t rows, double eps) {
  const std::size_t width = x.size() / static_cast<std::size_t>(rows);
  Doubles y(x.size());
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    double mean = 0, variance = 0;
    for (std::size_t c = 0; c < width; ++c) mean += x[r * width + c] / static_cast<double>(width);
    for (std::size_t c = 0; c < width; ++c)
      variance += std::pow(x[r * width + c] - mean, 2) / static_cast<double>(width);
    for (std::size_t c = 0; c < width; ++c) {
      const double normed = (x[r * width + c] - mean) / std::sqrt(variance + eps);
      y[r * width + c] = normed * (w.empty() ? 1.0 : w[c]) + (b.empty() ? 0.0 : b[c]);
    }
  }
  return y;
}

double referenceActivation(Activation act, double x) {
  switch (act) {
    case Activation::Identity:
      return x;
    case Activation::Relu:
      return std::max(x, 0.0);
    case Activation::Silu:
      return x / (1.0 + std::exp(-x));
    case Activation::GeluErf:
      return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case Activation::GeluTanh:
      return 0.5 * x * (1.0 + std::tanh(0.79788456 * x * (1.0 + 0.044715 * x * x)));
    case Activation::QuickGelu:
      return x / (1.0 + std::exp(-1.702 * x));
  }
  return x;
}

Doubles referenceAttention(const Heads& q, const Heads& k, const Heads& v, std::int64_t length,
                           const AttentionParams& params) {
  Doubles out(static_cast<std::size_t>(length * q.heads * v.headDim));
  for (std::int64_t head = 0; head < q.heads; ++head) {
    const std::int64_t keyHead = head / (q.heads / k.heads);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t first = params.window > 0 ? std::max<std::int64_t>(0, i - params.window + 1) : 0;
      Doubles scores;
      for (std::int64_t j = first; j <= i; ++j) {
        double score = 0;
        for (std::int64_t d = 0; d < q.headDim; ++d) score += q.at(i, head, d) * k.at(j, keyHead, d);
        score *= params.scale;
        if (!params.alibiSlopes.empty())
          score += params.alibiSlopes[static_cast<std::size_t>(head)] * static_cast<double>(j);
        scores.push_back(score);
      }
      const double top = *std::max_element(scores.begin(), scores.end());
      double total = 0;
      for (double& score : scores) total += score = std::exp(score - top);
      for (std::int64_t d = 0; d < v.headDim; ++d) {
        double sum = 0;
        for (std::int64_t j = first; j <= i; ++j)
          sum += scores[static_cast<std::size_t>(j - first)] * v.at(j, keyHead, d);
        out[static_cast<std::size_t>((i * q.heads + head) * v.headDim + d)] = sum / total;
      }
    }
  }
  return out;
}

}  // namespace oscope::compute::test
