// The attention kernels with their launch functions over the emulation.
#include "tests/gpu/emulation/cuda_emulation.h"

// Behind the emulation.
#include "gpu/kernels/attention_half_kernels.cuh"
#include "gpu/kernels/attention_kernels.cuh"
