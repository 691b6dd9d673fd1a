// A SequenceLayout as kernels read it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analysis/compute/tensor.h"
#include "gpu/device_buffer.h"

namespace oscope::gpu {

/// Device pointers, valid until the next call of DeviceLayout::of with another layout.
struct LayoutView {
  const std::int64_t* starts = nullptr;     ///< [sequences + 1]
  const std::int32_t* positions = nullptr;  ///< [rows] position of a row in its sequence
  const std::int32_t* sequences = nullptr;  ///< [rows] the sequence of a row
};

/// Keeps the last layout on the device: the ops of a block all use the same one.
class DeviceLayout {
 public:
  LayoutView of(const std::shared_ptr<CudaDevice>& device, const compute::SequenceLayout& layout);

 private:
  std::vector<std::int64_t> m_starts;
  std::unique_ptr<DeviceBuffer> m_buffer;
  LayoutView m_view;
};

}  // namespace oscope::gpu
