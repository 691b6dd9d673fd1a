// Reductions over the four lanes that share a row of a matrix product's result. Behind device_ops.cuh or its emulation.
#pragma once

namespace oscope::gpu {

/// The largest value, in each of the four.
__device__ inline float quadMax(float value) {
  value = fmaxf(value, warpXor(value, 1));
  return fmaxf(value, warpXor(value, 2));
}

/// The sum, in each of the four.
__device__ inline float quadSum(float value) {
  value += warpXor(value, 1);
  return value + warpXor(value, 2);
}

}  // namespace oscope::gpu
