// y = x W^T on the device, for weights as they are stored.
//
// Activations are float32. Against 16-bit weights they become 16-bit, too: rounded once (MatmulPrecision::Fast, what a
// 16-bit model does), or as three terms that add up to the float32 value (Full, split_math.h). fp16 activations are
// scaled by a power of two per sequence, so nothing overflows. Float32 weights multiply in TF32 (Fast) or float32
// (Full). Sums are float32 in all cases.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

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

  /// y [rows, w.rows()] = x [rows, w.cols()] w^T, sequence by sequence; `stop` is looked at between them. 16-bit terms
  /// of x are kept: the linears of a site read one activation and convert it once.
  void linear(const compute::Tensor& x, const compute::SequenceLayout& layout, const LayoutView& view,
              const CudaWeight& w, compute::MatmulPrecision precision, const std::stop_token& stop, compute::Tensor& y);
  /// Where the next product's operand would lie, bf16 [rows, x.cols], if it is like the last one and not there yet;
  /// else null. The caller fills it, or forgets it.
  std::uint16_t* expectedHalves(const compute::Tensor& x, const compute::SequenceLayout& layout,
                                compute::MatmulPrecision precision);
  /// Called by every op that may write to the last x.
  void forget() { m_converted = {}; }

  /// Bytes of scratch memory per element of x.
  static std::uint64_t scratchBytes(compute::MatmulPrecision precision);

 private:
  /// What m_terms and m_shifts hold.
  struct Converted {
    std::weak_ptr<compute::Buffer> x;  ///< weak: an address may be taken again, an owner can't
    std::int64_t in = 0;
    FloatType type = FloatType::F32;
    int terms = 0;
    std::vector<std::int64_t> starts;
    const std::uint16_t* split = nullptr;
    const float* unshift = nullptr;  ///< [sequences], of fp16 operands
  };
  bool holds(const compute::Tensor& x, const compute::SequenceLayout& layout, FloatType type, int terms) const;
  const Converted& converted(const compute::Tensor& x, const compute::SequenceLayout& layout, const LayoutView& view,
                             FloatType type, int terms);

  std::shared_ptr<CudaDevice> m_device;
  CublasLt m_lt;
  Scratch m_terms, m_shifts;
  Converted m_converted;
  FloatType m_lastType = FloatType::F32;  ///< of the last product's weight
};

}  // namespace oscope::gpu
