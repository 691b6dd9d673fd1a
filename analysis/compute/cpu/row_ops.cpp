#include <cmath>
#include <cstring>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {

void activateRange(Activation act, const float* x, std::int64_t n, float* y) {
  constexpr float kTanhGelu = 2.0f * 0.79788456f;  // 0.5 (1 + tanh u) = sigmoid(2 u)
  switch (act) {
    case Activation::Identity:
      if (y != x) std::memcpy(y, x, static_cast<std::size_t>(n) * sizeof(float));
      return;
    case Activation::Relu:
      return kernels().relu(x, n, y);
    case Activation::Silu:
      return kernels().sigmoidGate(x, n, 1.0f, 0.0f, y);
    case Activation::QuickGelu:
      return kernels().sigmoidGate(x, n, 1.702f, 0.0f, y);
    case Activation::GeluTanh:
      return kernels().sigmoidGate(x, n, kTanhGelu, kTanhGelu * 0.044715f, y);
    case Activation::GeluErf:
      for (std::int64_t i = 0; i < n; ++i) y[i] = 0.5f * x[i] * (1.0f + std::erf(x[i] * 0.70710678f));
      return;
  }
}

}  // namespace oscope::compute::cpu
