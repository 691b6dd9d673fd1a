// The kernels of statistics and quantization, with their launch functions, over the emulation.
#include "tests/gpu/emulation/cuda_emulation.h"

// Behind the emulation.
#include "gpu/kernels/extremes_kernels.cuh"
#include "gpu/kernels/gram_kernel.cuh"
#include "gpu/kernels/int_gemm_kernel.cuh"
#include "gpu/kernels/int_gemm_skinny.cuh"
#include "gpu/kernels/int_pack_kernels.cuh"
#include "gpu/kernels/observe_kernels.cuh"
#include "gpu/kernels/quantize_kernels.cuh"
#include "gpu/kernels/weight_quant_kernels.cuh"
