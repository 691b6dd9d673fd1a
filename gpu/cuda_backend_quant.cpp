// Quantization ops of the CUDA backend.
#include "analysis/base/error.h"
#include "gpu/cuda_backend.h"
#include "gpu/device_quantization.h"

namespace oscope::gpu {
namespace {

void requireRows(const char* op, const compute::Tensor& x, const compute::SequenceLayout& layout) {
  if (x.rows != layout.rows()) throw Error(ErrorCode::Internal, op, "rows of x and of the layout differ");
}

const DeviceQuantizedWeight& quantizedOf(const char* op, const compute::Weight& weight) {
  if (const auto* own = dynamic_cast<const DeviceQuantizedWeight*>(&weight)) return *own;
  throw Error(ErrorCode::Internal, op, "a weight that was not made by prepareQuantized()");
}

}  // namespace

compute::WeightCodes CudaBackend::quantizeWeight(const Weight& weight, const compute::WeightFold& fold,
                                                 const compute::WeightQuant& quant, std::span<const float> clipLimits) {
  requireQuantizable(weight.rows(), weight.cols(), fold, quant, clipLimits);
  enter();
  return m_quantizer.quantize(asCuda(weight), fold, quant, clipLimits);
}

void CudaBackend::fakeQuant(Tensor& x, const SequenceLayout& layout, const compute::ActivationQuant& quant) {
  enterToWrite();
  requireRows("fakeQuant", x, layout);
  fakeQuantize(m_device, onDevice(layout), layout.sequences(), quant, x);
}

void CudaBackend::quantize(const Tensor& x, const SequenceLayout& layout, const compute::ActivationQuant& quant,
                           Tensor& codes, Tensor& scales) {
  enterToWrite();
  requireRows("quantize", x, layout);
  gpu::quantize(m_device, x, onDevice(layout), layout.sequences(), quant, codes, scales);
}

compute::WeightPtr CudaBackend::prepareQuantized(const compute::QuantizedWeight& weight) {
  enter();
  return withoutAbandoned([&] { return std::make_shared<DeviceQuantizedWeight>(m_device, m_codes, weight); });
}

compute::WeightPtr CudaBackend::dequantize(const Weight& quantized) {
  enter();
  const DeviceQuantizedWeight& own = quantizedOf("dequantize", quantized);
  return withoutAbandoned([&] {
    return std::make_shared<CudaWeight>("dequantized weight", DType::F32, own.rows(), own.cols(),
                                        dequantized(m_device, own));
  });
}

void CudaBackend::integerLinear(const Tensor& codes, const Tensor& scales, const Weight& quantized, const Weight* bias,
                                Tensor& y) {
  enterToWrite();
  const DeviceQuantizedWeight& own = quantizedOf("integerLinear", quantized);
  gpu::integerLinear(m_device, codes, scales, own, vectorOf(bias, own.rows()), y);
}

}  // namespace oscope::gpu
