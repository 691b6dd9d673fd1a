#include "gpu/kernels/device_ops.cuh"

// Behind the instructions that they use.
#include "gpu/kernels/attention_half_kernels.cuh"
