// cos and sin of every position on the device: computed on the host as the CPU backend computes them.
#pragma once

#include <memory>

#include "analysis/compute/backend.h"
#include "gpu/device_buffer.h"

namespace oscope::gpu {

class DeviceRopeTable {
 public:
  /// Tables for positions [0, length), kept between calls with the same parameters.
  void prepare(const std::shared_ptr<CudaDevice>& device, const compute::RopeParams& params, std::int64_t length);
  std::int64_t half() const { return m_half; }
  const float* cosines() const { return m_buffer->as<float>(); }
  const float* sines() const { return m_buffer->as<float>() + m_half * m_length; }

 private:
  compute::RopeParams m_params;
  std::int64_t m_half = 0, m_length = 0;
  std::unique_ptr<DeviceBuffer> m_buffer;
};

}  // namespace oscope::gpu
