// Codes and scales of weights on their way to the device, in pinned pieces beside the kernels: two codes of four bits
// in a byte, so that half as much crosses the bus.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "gpu/device_buffer.h"
#include "gpu/host_buffer.h"

namespace oscope::gpu {

class CodeUploader {
 public:
  explicit CodeUploader(std::shared_ptr<CudaDevice> device) : m_device(std::move(device)) {}

  /// Sends `codes` over the copy stream; the compute stream waits for them, the host for its memory alone. `nibbles`:
  /// two per byte, the first in the low half; an odd last one has zeros above it.
  std::unique_ptr<DeviceBuffer> sendCodes(std::span<const std::int8_t> codes, bool nibbles);
  /// The same of bytes as they are: scales, zero points.
  std::unique_ptr<DeviceBuffer> send(std::span<const std::byte> bytes);

 private:
  /// fill(first, count, piece) makes `count` of the bytes, from `first` on.
  using Fill = std::function<void(std::size_t first, std::size_t count, std::byte* piece)>;
  std::unique_ptr<DeviceBuffer> sendPieces(std::size_t bytes, const Fill& fill);

  std::shared_ptr<CudaDevice> m_device;
  std::array<std::unique_ptr<HostStage>, 2> m_stages;  ///< made with the first weight
  std::size_t m_next = 0;
  Event m_ready;
};

/// Codes [count] of four bits as bytes [(count + 1) / 2]: at the rate of a copy.
void packNibbles(const std::int8_t* codes, std::size_t count, std::byte* bytes);

}  // namespace oscope::gpu
