// Comparisons of the CUDA backend.
#include "analysis/base/error.h"
#include "gpu/cuda_backend.h"

namespace oscope::gpu {
namespace {

[[noreturn]] void refuse(const char* op) {
  throw Error(ErrorCode::Unsupported, op, "the CUDA backend has no kernel for this op", "use --device cpu");
}

}  // namespace

compute::LogitComparison CudaBackend::compareLogits(const Tensor&, const Tensor&, std::span<const std::int32_t>) {
  refuse("compareLogits");
}

compute::Backend::PairSums CudaBackend::compare(const Tensor&, const Tensor&) {
  refuse("compare");
}

std::vector<double> CudaBackend::energies(const Tensor&, const SequenceLayout&) {
  refuse("energies");
}

}  // namespace oscope::gpu
