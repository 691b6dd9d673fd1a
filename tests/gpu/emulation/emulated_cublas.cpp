// cuBLASLt on the emulated device: plain products with float32 sums, operands rounded as the real one rounds them.
#include "gpu/cublas_lt.h"

namespace oscope::gpu {

struct CublasLt::Plan {};

CublasLt::CublasLt(std::shared_ptr<CudaDevice> device) : m_device(std::move(device)), m_workspace(m_device, 1) {}
CublasLt::~CublasLt() = default;

bool CublasLt::multiply(const MatmulShape& shape, const void* x, const void* w, const float* alpha, const float* beta,
                        float* y) {
  if (shape.out % 4 != 0) return false;  // the backend has its own product for what is declined
  const auto operand = [&](const void* data, std::int64_t at) {
    const float value = loadFloat(data, shape.type, at);
    return shape.type == FloatType::F32 && shape.tf32 ? toTf32(value) : value;
  };
  for (std::int64_t row = 0; row < shape.rows; ++row) {
    for (std::int64_t col = 0; col < shape.out; ++col) {
      float sum = 0;
      for (std::int64_t k = 0; k < shape.in; ++k) {
        sum += operand(x, row * shape.in + k) * operand(w, col * shape.in + k);
      }
      float& target = y[row * shape.out + col];
      target = *alpha * sum + (*beta == 0.0f ? 0.0f : *beta * target);
    }
  }
  return true;
}

}  // namespace oscope::gpu
