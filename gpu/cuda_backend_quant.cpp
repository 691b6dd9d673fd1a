// Quantization ops of the CUDA backend.
#include "analysis/base/error.h"
#include "gpu/cuda_backend.h"

namespace oscope::gpu {
namespace {

[[noreturn]] void refuse(const char* op) {
  throw Error(ErrorCode::Unsupported, op, "the CUDA backend has no kernel for this op", "use --device cpu");
}

}  // namespace

void CudaBackend::fakeQuant(Tensor&, const SequenceLayout&, const compute::ActivationQuant&) {
  refuse("fakeQuant");
}

void CudaBackend::quantize(const Tensor&, const SequenceLayout&, const compute::ActivationQuant&, Tensor&, Tensor&) {
  refuse("quantize");
}

compute::WeightPtr CudaBackend::prepareQuantized(const compute::QuantizedWeight&) {
  refuse("prepareQuantized");
}

compute::WeightPtr CudaBackend::dequantize(const compute::QuantizedWeight&) {
  refuse("dequantize");
}

void CudaBackend::integerLinear(const Tensor&, const Tensor&, const Weight&, const Weight*, Tensor&) {
  refuse("integerLinear");
}

}  // namespace oscope::gpu
