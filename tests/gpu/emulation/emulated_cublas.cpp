// cuBLASLt on the emulated device: plain products with float32 sums, operands rounded as the real one rounds them.
#include <numeric>
#include <vector>

#include "gpu/cublas_lt.h"

namespace oscope::gpu {

struct CublasLt::Plan {};

CublasLt::CublasLt(std::shared_ptr<CudaDevice> device)
    : m_device(std::move(device)), m_workspace(m_device, 1), m_constants(m_device, 1) {}
CublasLt::~CublasLt() = default;

bool CublasLt::multiply(const MatmulShape& shape, const void* x, const void* w, const float* scale, bool add,
                        float* y) {
  if (shape.out % 4 != 0) return false;  // the backend has its own product for what is declined
  const auto operands = [&](const void* data, std::int64_t count) {
    std::vector<float> values;
    for (std::int64_t at = 0; at < count; ++at) {
      const float value = loadFloat(data, shape.type, at);
      values.push_back(shape.type == FloatType::F32 && shape.tf32 ? toTf32(value) : value);
    }
    return values;
  };
  const std::vector<float> left = operands(x, shape.rows * shape.in), right = operands(w, shape.out * shape.in);
  for (std::int64_t row = 0; row < shape.rows; ++row) {
    for (std::int64_t col = 0; col < shape.out; ++col) {
      const float sum = std::inner_product(left.begin() + row * shape.in, left.begin() + (row + 1) * shape.in,
                                           right.begin() + col * shape.in, 0.0f);
      float& target = y[row * shape.out + col];
      target = (shape.scaled ? *scale * sum : sum) + (add ? target : 0.0f);
    }
  }
  return true;
}

}  // namespace oscope::gpu
