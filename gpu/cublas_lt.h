// Matrix products by cuBLASLt, with one choice of algorithm per shape.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "gpu/device_buffer.h"
#include "gpu/kernels/float_math.h"

struct cublasLtContext;

namespace oscope::gpu {

/// One shape of product. The algorithm follows from it alone, and its sums have a fixed order: the same rows give the
/// same bits whatever else is in the batch.
struct MatmulShape {
  std::int64_t rows = 0, in = 0, out = 0;
  FloatType type = FloatType::F32;  ///< of x and w
  bool tf32 = false;                ///< F32 operands are rounded to TF32
  bool scaled = false;              ///< the product is multiplied by a number on the device
  friend bool operator<(const MatmulShape& a, const MatmulShape& b) {
    return std::tie(a.rows, a.in, a.out, a.type, a.tf32, a.scaled) <
           std::tie(b.rows, b.in, b.out, b.type, b.tf32, b.scaled);
  }
};

class CublasLt {
 public:
  explicit CublasLt(std::shared_ptr<CudaDevice> device);
  ~CublasLt();
  CublasLt(const CublasLt&) = delete;
  CublasLt& operator=(const CublasLt&) = delete;

  /// y [rows, out] = scale x [rows, in] w [out, in]^T, added to y where `add`; sums in float32, on the compute stream.
  /// `scale` lies on the device; null unless shape.scaled. False where cuBLASLt has no kernel for
  /// the shape; y then holds anything.
  bool multiply(const MatmulShape& shape, const void* x, const void* w, const float* scale, bool add, float* y);

 private:
  struct Plan;
  Plan& planFor(const MatmulShape& shape);

  std::shared_ptr<CudaDevice> m_device;
  cublasLtContext* m_handle = nullptr;
  DeviceBuffer m_workspace;
  DeviceBuffer m_constants;  ///< {0, 1}
  std::map<MatmulShape, std::unique_ptr<Plan>> m_plans;
};

}  // namespace oscope::gpu
