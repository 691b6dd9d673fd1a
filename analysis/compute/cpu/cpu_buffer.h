// Host memory of the CPU backend.
#pragma once

#include <cstddef>

#include "analysis/compute/tensor.h"

namespace oscope::compute::cpu {

/// 64-byte aligned, not initialised. Memory that the system refuses is an OutOfMemory error with the size.
class CpuBuffer final : public Buffer {
 public:
  explicit CpuBuffer(std::size_t bytes);
  ~CpuBuffer() override;
  CpuBuffer(const CpuBuffer&) = delete;
  CpuBuffer& operator=(const CpuBuffer&) = delete;
  void* data() override { return m_data; }
  std::size_t size() const override { return m_size; }

 private:
  void* m_data;
  std::size_t m_size;
};

}  // namespace oscope::compute::cpu
