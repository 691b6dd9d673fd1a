// Host memory that a GPU copies to and from.
#pragma once

#include <cstddef>
#include <memory>

#include "analysis/compute/tensor.h"
#include "gpu/stream.h"

namespace oscope::gpu {

/// Pinned; plain where the system pins no more: copies are slower then, but they work.
std::shared_ptr<compute::Buffer> hostBuffer(std::size_t bytes);

/// Host memory that one piece after the other passes through on its way to or from the device.
struct HostStage {
  explicit HostStage(std::size_t bytes) : memory(hostBuffer(bytes)) {}
  /// Not before the last copy is done with the memory.
  ~HostStage();
  HostStage(const HostStage&) = delete;
  HostStage& operator=(const HostStage&) = delete;
  std::shared_ptr<compute::Buffer> memory;
  Event copied;  ///< recorded behind the copy of the last piece
};

}  // namespace oscope::gpu
