// The two halves of measureGemmRoof.
#pragma once

#include "tests/bench/gemm_roof.h"

namespace oscope::bench {

GemmRoof measureBlasRoof(int threads);
/// "cuda:1". Without the CUDA toolkit there is no device to measure, either.
GemmRoof measureCudaRoof(const std::string& deviceId);

}  // namespace oscope::bench
