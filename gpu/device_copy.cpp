#include "gpu/device_copy.h"

#include <cuda_runtime.h>

#include "gpu/cuda_check.h"

namespace oscope::gpu {

void copyToDevice(void* device, const void* host, std::size_t bytes, const Stream& stream, const char* where) {
  if (bytes == 0) return;
  // From pageable memory: staged before the call returns.
  checkCuda(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream.handle()), where);
}

void copyToHost(void* host, const void* device, std::size_t bytes, const Stream& stream, const char* where) {
  if (bytes == 0) return;
  checkCuda(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream.handle()), where);
}

void copyOnDevice(void* to, const void* from, std::size_t bytes, const Stream& stream, const char* where) {
  if (bytes == 0) return;
  checkCuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream.handle()), where);
}

void fillWithZeros(void* device, std::size_t bytes, const Stream& stream, const char* where) {
  if (bytes == 0) return;
  checkCuda(cudaMemsetAsync(device, 0, bytes, stream.handle()), where);
}

}  // namespace oscope::gpu
