// Quantization ops on a GPU. No CUDA in here: kernels are behind kernels/quantize.h and kernels/int_gemm.h, so that
// tests can run the whole of it over an emulated device.
#pragma once

#include <memory>

#include "analysis/compute/backend.h"
#include "gpu/code_uploader.h"
#include "gpu/device_buffer.h"
#include "gpu/device_layout.h"
#include "gpu/kernels/int_gemm.h"

namespace oscope::gpu {

/// Codes of a linear as the tensor cores read them, 4 bits each where they have no more.
class DeviceQuantizedWeight final : public compute::Weight {
 public:
  DeviceQuantizedWeight(const std::shared_ptr<CudaDevice>& device, CodeUploader& uploader,
                        const compute::QuantizedWeight& weight);
  std::int64_t rows() const override { return m_shape.out; }
  std::int64_t cols() const override { return m_shape.in; }
  const IntShape& shape() const { return m_shape; }
  const std::uint32_t* words() const { return m_words->as<std::uint32_t>(); }
  const float* scales() const { return m_scales->as<float>(); }  ///< [groups, paddedOut]
  const std::int32_t* zeros() const { return m_zeros != nullptr ? m_zeros->as<std::int32_t>() : nullptr; }

 private:
  IntShape m_shape;
  std::unique_ptr<DeviceBuffer> m_words, m_scales, m_zeros;
};

/// x [rows, cols] = scale * clamp(rne(x / scale)), of rows or of channels.
void fakeQuantize(const std::shared_ptr<CudaDevice>& device, const LayoutView& layout, std::int64_t sequences,
                  const compute::ActivationQuant& quant, compute::Tensor& x);
/// codes [rows, cols] and scales [rows, 1].
void quantize(const std::shared_ptr<CudaDevice>& device, const compute::Tensor& x, const LayoutView& layout,
              std::int64_t sequences, const compute::ActivationQuant& quant, compute::Tensor& codes,
              compute::Tensor& scales);
/// scale * (code - zero) [out, in] in float32.
std::unique_ptr<DeviceBuffer> dequantized(const std::shared_ptr<CudaDevice>& device,
                                          const DeviceQuantizedWeight& weight);
/// y = x W^T + bias in integers, summed as kernels/int_gemm_math.h says; `bias` [out] may be null.
void integerLinear(const std::shared_ptr<CudaDevice>& device, const compute::Tensor& codes,
                   const compute::Tensor& scales, const DeviceQuantizedWeight& weight, const float* bias,
                   compute::Tensor& y);

}  // namespace oscope::gpu
