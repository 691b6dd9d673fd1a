#include "gpu/device_layout.h"

#include <cstring>

#include "gpu/device_copy.h"

namespace oscope::gpu {

LayoutView DeviceLayout::of(const std::shared_ptr<CudaDevice>& device, const compute::SequenceLayout& layout) {
  if (m_buffer != nullptr && m_starts == layout.starts) return m_view;
  const auto rows = static_cast<std::size_t>(layout.rows());
  const std::size_t startBytes = layout.starts.size() * sizeof(std::int64_t), rowBytes = rows * sizeof(std::int32_t);
  std::vector<std::int32_t> places(2 * rows);  // positions, then sequences
  for (std::int64_t s = 0; s < layout.sequences(); ++s) {
    const std::int64_t start = layout.starts[static_cast<std::size_t>(s)];
    for (std::int64_t p = 0; p < layout.length(s); ++p) {
      const auto row = static_cast<std::size_t>(start + p);
      places[row] = static_cast<std::int32_t>(p);
      places[rows + row] = static_cast<std::int32_t>(s);
    }
  }
  std::vector<std::byte> host(startBytes + 2 * rowBytes);
  std::memcpy(host.data(), layout.starts.data(), startBytes);
  if (rows > 0) std::memcpy(host.data() + startBytes, places.data(), 2 * rowBytes);

  m_buffer.reset();
  auto buffer = std::make_unique<DeviceBuffer>(device, host.size());
  // From pageable memory: staged before the call returns.
  copyToDevice(buffer->data(), host.data(), host.size(), device->compute(), "layout");
  m_buffer = std::move(buffer);
  m_starts = layout.starts;
  auto* base = m_buffer->as<std::byte>();
  m_view.starts = reinterpret_cast<const std::int64_t*>(base);
  m_view.positions = reinterpret_cast<const std::int32_t*>(base + startBytes);
  m_view.sequences = m_view.positions + rows;
  return m_view;
}

}  // namespace oscope::gpu
