// Memory of tensors and weights on a GPU, and host memory that a GPU reads without a detour.
#pragma once

#include <memory>

#include "analysis/compute/tensor.h"
#include "gpu/cuda_device.h"

namespace oscope::gpu {

/// Keeps its device alive, so a tensor may outlive the backend that made it.
class DeviceBuffer final : public compute::Buffer {
 public:
  /// For the compute stream.
  DeviceBuffer(std::shared_ptr<CudaDevice> device, std::size_t bytes);
  /// For `stream` first; the owner makes the compute stream wait for it before this buffer is used or freed.
  DeviceBuffer(std::shared_ptr<CudaDevice> device, std::size_t bytes, const Stream& stream);
  ~DeviceBuffer() override;
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  void* data() override { return m_data; }
  const void* data() const { return m_data; }
  std::size_t size() const override { return m_size; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(m_data);
  }

 private:
  std::shared_ptr<CudaDevice> m_device;
  void* m_data;
  std::size_t m_size;
};

/// Pinned host memory: copies to and from it run beside the host and the kernels.
class PinnedBuffer final : public compute::Buffer {
 public:
  explicit PinnedBuffer(std::size_t bytes);
  ~PinnedBuffer() override;
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;
  void* data() override { return m_data; }
  std::size_t size() const override { return m_size; }

 private:
  void* m_data = nullptr;
  std::size_t m_size;
};

/// Device memory of one purpose, kept from op to op and grown where it is too small. Safe between the ops of one
/// stream: the old memory is freed behind them.
class Scratch {
 public:
  void* take(const std::shared_ptr<CudaDevice>& device, std::size_t bytes);

 private:
  std::unique_ptr<DeviceBuffer> m_buffer;
};

}  // namespace oscope::gpu
