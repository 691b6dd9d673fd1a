// Statistics of the CUDA backend.
#include "analysis/base/error.h"
#include "gpu/cuda_backend.h"

namespace oscope::gpu {
namespace {

[[noreturn]] void refuse(const char* op) {
  throw Error(ErrorCode::Unsupported, op, "the CUDA backend has no kernel for this op", "use --device cpu");
}

}  // namespace

std::unique_ptr<compute::SiteAccumulator> CudaBackend::makeAccumulator(std::int64_t, const compute::ReductionSpec&) {
  refuse("makeAccumulator");
}

void CudaBackend::accumulate(compute::SiteAccumulator&, const Tensor&, const SequenceLayout&, std::int64_t) {
  refuse("accumulate");
}

}  // namespace oscope::gpu
