#include "gpu/cuda_check.h"

#include <cublasLt.h>
#include <cuda_runtime.h>
#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::gpu {

void checkCuda(int status, const std::string& where) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // an error that is not sticky must not turn up again in the next call
  const auto code = static_cast<cudaError_t>(status);
  if (code == cudaErrorMemoryAllocation) {
    throw Error(ErrorCode::OutOfMemory, where, "the GPU has no memory left",
                "use shorter or fewer sequences at a time");
  }
  throw Error(ErrorCode::Device, where, fmt::format("{} ({})", cudaGetErrorString(code), cudaGetErrorName(code)),
              "the same command resumes the job; CUDA_LAUNCH_BLOCKING=1 makes sure that the kernel named is the cause");
}

void checkCublas(int status, const std::string& where) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  cudaGetLastError();
  const auto code = static_cast<cublasStatus_t>(status);
  const ErrorCode kind = code == CUBLAS_STATUS_ALLOC_FAILED ? ErrorCode::OutOfMemory : ErrorCode::Device;
  throw Error(kind, where, fmt::format("cuBLASLt: {}", cublasLtGetStatusString(code)));
}

void emptyPool(const char* where) {
  int ordinal = 0;
  cudaMemPool_t pool = nullptr;
  checkCuda(cudaGetDevice(&ordinal), where);
  checkCuda(cudaDeviceGetMemPool(&pool, ordinal), where);
  checkCuda(cudaDeviceSynchronize(), where);
  checkCuda(cudaMemPoolTrimTo(pool, 0), where);
}

}  // namespace oscope::gpu
