// The kernels of forward passes and comparisons, with their launch functions, over the emulation.
#include "tests/gpu/emulation/cuda_emulation.h"

// Behind the emulation.
#include "gpu/kernels/compare_ops_kernels.cuh"
#include "gpu/kernels/matmul_ops_kernels.cuh"
#include "gpu/kernels/row_ops_kernels.cuh"
