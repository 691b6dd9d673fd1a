#include "gpu/kernels/row_ops.h"

namespace oscope::gpu {
namespace {

constexpr int kThreads = 256;

__global__ void addKernel(float* x, const float* y, std::int64_t count) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
    x[i] += y[i];
  }
}

}  // namespace

void launchAdd(StreamHandle stream, float* x, const float* y, std::int64_t count) {
  if (count == 0) return;
  addKernel<<<blocksFor(count, kThreads), kThreads, 0, stream>>>(x, y, count);
  checkLaunch("add");
}

}  // namespace oscope::gpu
