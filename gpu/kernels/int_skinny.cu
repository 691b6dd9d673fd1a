#include "gpu/kernels/device_ops.cuh"

// Behind the instructions that they use.
#include "gpu/kernels/int_gemm_skinny.cuh"
