#include "gpu/kernels/device_ops.cuh"

// Behind the instructions that they use.
#include "gpu/kernels/weight_quant_kernels.cuh"
