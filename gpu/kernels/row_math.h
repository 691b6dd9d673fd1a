// Arithmetic of norms and activation functions, shared by kernels and host tests.
#pragma once

#include <cmath>
#include <cstdint>

#include "gpu/kernels/host_device.h"

namespace oscope::gpu {

/// 1 / sqrt(sum / n + eps), rounded to float32 once.
OSCOPE_HD float inverseRoot(double sum, std::int64_t n, float eps) {
  return static_cast<float>(1.0 / sqrt(sum / static_cast<double>(n) + static_cast<double>(eps)));
}

/// An activation function: x * sigmoid(x * (linear + cubic * x^2)) for Sigmoid (SiLU, quick GeLU, GeLU in tanh form).
struct ActivationForm {
  enum Kind : std::int32_t { Identity, Relu, Sigmoid, Erf } kind = Identity;
  float linear = 0.0f, cubic = 0.0f;
};

OSCOPE_HD float activated(const ActivationForm& form, float x) {
  switch (form.kind) {
    case ActivationForm::Relu:
      return x < 0.0f ? 0.0f : x;
    case ActivationForm::Sigmoid:
      return x / (1.0f + expf(-(x * (form.linear + form.cubic * (x * x)))));
    case ActivationForm::Erf:
      return 0.5f * x * (1.0f + erff(x * 0.70710678f));
    default:
      return x;
  }
}

}  // namespace oscope::gpu
