#include "gpu/rope_table.h"

#include "analysis/compute/cpu/ops.h"
#include "gpu/device_copy.h"

namespace oscope::gpu {

void DeviceRopeTable::prepare(const std::shared_ptr<CudaDevice>& device, const compute::RopeParams& params,
                              std::int64_t length) {
  const bool same =
      params.inverseFrequencies == m_params.inverseFrequencies && params.attentionFactor == m_params.attentionFactor;
  if (m_buffer != nullptr && same && length <= m_length) return;
  compute::cpu::RopeTable table;
  table.prepare(params, length);
  const auto bytes = static_cast<std::size_t>(table.half() * length) * sizeof(float);
  m_buffer.reset();
  auto buffer = std::make_unique<DeviceBuffer>(device, 2 * bytes);
  if (bytes > 0) {
    copyToDevice(buffer->data(), table.cosines(0), bytes, device->compute(), "rope");
    copyToDevice(buffer->as<std::byte>() + bytes, table.sines(0), bytes, device->compute(), "rope");
  }
  m_buffer = std::move(buffer);
  m_params = params;
  m_half = table.half();
  m_length = length;
}

}  // namespace oscope::gpu
