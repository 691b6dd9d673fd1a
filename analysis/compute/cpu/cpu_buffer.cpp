#include "analysis/compute/cpu/cpu_buffer.h"

#include <fmt/format.h>

#include <cstdlib>

#include "analysis/base/error.h"

namespace oscope::compute::cpu {

CpuBuffer::CpuBuffer(std::size_t bytes) : m_size(bytes) {
  const std::size_t rounded = (bytes + 63) / 64 * 64;
  m_data = std::aligned_alloc(64, rounded == 0 ? 64 : rounded);
  if (m_data == nullptr) {
    throw Error(ErrorCode::OutOfMemory, "cpu", fmt::format("no memory for a tensor of {} bytes", bytes),
                "use shorter or fewer sequences at a time");
  }
}

CpuBuffer::~CpuBuffer() {
  std::free(m_data);
}

}  // namespace oscope::compute::cpu
