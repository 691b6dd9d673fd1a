// Status codes of the CUDA runtime and of cuBLASLt, turned into errors.
#pragma once

#include <string>

namespace oscope::gpu {

/// Throws where `status`, a cudaError_t, is no success: OutOfMemory for exhausted memory (recoverable: a caller may go
/// on with less), Device for everything else. `where` names the kernel or op.
void checkCuda(int status, const std::string& where);
/// The same for a cublasStatus_t.
void checkCublas(int status, const std::string& where);
/// Waits for the current device, and gives its driver the memory that the current pool keeps unused.
void emptyPool(const char* where);

}  // namespace oscope::gpu
