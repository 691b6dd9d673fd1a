// Sums over a block, and loops over a grid. Behind device_ops.cuh or its emulation, like all kernels.
#pragma once

#include <cstdint>

namespace oscope::gpu {

inline constexpr int kMostWarps = 32;

/// The sum in every thread of the block, all of which take part; blockDim.x is a multiple of 32. Added in an order that
/// depends on blockDim.x alone. `partial` is shared memory of kMostWarps elements.
__device__ inline double blockSum(double value, double* partial) {
  for (int offset = 16; offset > 0; offset /= 2) value += warpXor(value, offset);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
  __syncthreads();
  double total = 0;
  for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) total += partial[warp];
  __syncthreads();  // before `partial` is written again
  return total;
}

/// The first element of this thread in a loop over the whole grid, and the distance to its next one.
__device__ inline std::int64_t firstOfGrid() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline std::int64_t gridStep() {
  return static_cast<std::int64_t>(gridDim.x) * blockDim.x;
}

}  // namespace oscope::gpu
