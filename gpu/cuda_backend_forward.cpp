// Forward ops of the CUDA backend.
#include "analysis/base/error.h"
#include "gpu/cuda_backend.h"
#include "gpu/kernels/row_ops.h"

namespace oscope::gpu {
namespace {

[[noreturn]] void refuse(const char* op) {
  throw Error(ErrorCode::Unsupported, op, "the CUDA backend has no kernel for this op", "use --device cpu");
}

}  // namespace

void CudaBackend::embed(const Weight&, std::span<const std::int32_t>, float, Tensor&) {
  refuse("embed");
}

void CudaBackend::addPositions(const Weight&, const SequenceLayout&, std::int64_t, Tensor&) {
  refuse("addPositions");
}

void CudaBackend::rmsNorm(const Tensor&, const Weight&, float, float, Tensor&) {
  refuse("rmsNorm");
}

void CudaBackend::layerNorm(const Tensor&, const Weight*, const Weight*, float, Tensor&) {
  refuse("layerNorm");
}

void CudaBackend::linear(const Tensor&, const SequenceLayout&, const Weight&, const Weight*, Tensor&) {
  refuse("linear");
}

void CudaBackend::rope(compute::HeadView, const SequenceLayout&, const compute::RopeParams&) {
  refuse("rope");
}

void CudaBackend::attention(const compute::HeadView&, const compute::HeadView&, const compute::HeadView&,
                            const SequenceLayout&, const compute::AttentionParams&, Tensor&) {
  refuse("attention");
}

void CudaBackend::activate(compute::Activation, Tensor&) {
  refuse("activate");
}

void CudaBackend::gate(compute::Activation, const Tensor&, Tensor&) {
  refuse("gate");
}

void CudaBackend::add(Tensor& x, const Tensor& y) {
  enter();
  launchAdd(stream(), x.as<float>(), y.as<float>(), x.rows * x.cols);
}

void CudaBackend::copy(const Tensor&, Tensor&) {
  refuse("copy");
}

}  // namespace oscope::gpu
