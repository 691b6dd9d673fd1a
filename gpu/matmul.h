// y = x W^T on the device, for weights as they are stored.
//
// Activations are float32. Against 16-bit weights they become 16-bit, too: rounded once (MatmulPrecision::Fast, what a
// 16-bit model does), or as three terms that add up to the float32 value (Full, split_math.h). fp16 activations are
// scaled by a power of two per sequence, so nothing overflows. Float32 weights multiply in TF32 (Fast) or float32
// (Full). Sums are float32 in all cases.
#pragma once

#include <memory>
#include <stop_token>

#include "analysis/compute/backend.h"
#include "gpu/cublas_lt.h"
#include "gpu/cuda_weight.h"
#include "gpu/device_layout.h"

namespace oscope::gpu {

/// The kernels' name of a weight's dtype.
FloatType floatTypeOf(const CudaWeight& weight);

class Matmul {
 public:
  explicit Matmul(std::shared_ptr<CudaDevice> device);

  /// y [rows, w.rows()] = x [rows, w.cols()] w^T, sequence by sequence; `stop` is looked at between them.
  void linear(const float* x, const compute::SequenceLayout& layout, const LayoutView& view, const CudaWeight& w,
              compute::MatmulPrecision precision, const std::stop_token& stop, float* y);

  /// Bytes of scratch memory per element of x.
  static std::uint64_t scratchBytes(compute::MatmulPrecision precision);

 private:
  const void* operands(const float* x, const compute::SequenceLayout& layout, const LayoutView& view, std::int64_t in,
                       FloatType type, int terms);

  std::shared_ptr<CudaDevice> m_device;
  CublasLt m_lt;
  Scratch m_terms, m_shifts;
  const float* m_unshift = nullptr;  ///< [sequences], of the last fp16 operands
};

}  // namespace oscope::gpu
