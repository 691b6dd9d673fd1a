#include "gpu/device_buffer.h"

#include <cuda_runtime.h>
#include <fmt/format.h>

#include "analysis/base/error.h"
#include "gpu/cuda_check.h"

namespace oscope::gpu {

DeviceBuffer::DeviceBuffer(std::shared_ptr<CudaDevice> device, std::size_t bytes)
    : m_device(std::move(device)), m_data(m_device->allocate(bytes, m_device->compute())), m_size(bytes) {}

DeviceBuffer::DeviceBuffer(std::shared_ptr<CudaDevice> device, std::size_t bytes, const Stream& stream)
    : m_device(std::move(device)), m_data(m_device->allocate(bytes, stream)), m_size(bytes) {}

DeviceBuffer::~DeviceBuffer() {
  m_device->free(m_data, m_size);
}

PinnedBuffer::PinnedBuffer(std::size_t bytes) : m_size(bytes) {
  if (cudaHostAlloc(&m_data, bytes > 0 ? bytes : 1, cudaHostAllocDefault) == cudaSuccess) return;
  cudaGetLastError();
  throw Error(ErrorCode::OutOfMemory, "pinned host memory", fmt::format("the system pins no {} bytes", bytes),
              "free memory, or lower --memory");
}

PinnedBuffer::~PinnedBuffer() {
  cudaFreeHost(m_data);
}

void* Scratch::take(const std::shared_ptr<CudaDevice>& device, std::size_t bytes) {
  if (m_buffer == nullptr || m_buffer->size() < bytes) {
    m_buffer.reset();
    m_buffer = std::make_unique<DeviceBuffer>(device, bytes);
  }
  return m_buffer->data();
}

}  // namespace oscope::gpu
