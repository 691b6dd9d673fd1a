#include "gpu/code_uploader.h"

#include <algorithm>
#include <cstring>

#include "gpu/device_copy.h"

namespace oscope::gpu {
namespace {

constexpr char kOp[] = "prepareQuantized";
constexpr std::size_t kPieceBytes = std::size_t{8} << 20;

}  // namespace

void packNibbles(const std::int8_t* codes, std::size_t count, std::byte* bytes) {
  for (std::size_t i = 0; i < count / 2; ++i) {
    bytes[i] = static_cast<std::byte>((codes[2 * i] & 0xF) | (codes[2 * i + 1] << 4));
  }
  if (count % 2 != 0) bytes[count / 2] = static_cast<std::byte>(codes[count - 1] & 0xF);
}

std::unique_ptr<DeviceBuffer> CodeUploader::sendCodes(std::span<const std::int8_t> codes, bool nibbles) {
  if (!nibbles) return send(std::as_bytes(codes));
  return sendPieces((codes.size() + 1) / 2, [&](std::size_t first, std::size_t count, std::byte* piece) {
    packNibbles(codes.data() + 2 * first, std::min(2 * count, codes.size() - 2 * first), piece);
  });
}

std::unique_ptr<DeviceBuffer> CodeUploader::send(std::span<const std::byte> bytes) {
  return sendPieces(bytes.size(), [&](std::size_t first, std::size_t count, std::byte* piece) {
    std::memcpy(piece, bytes.data() + first, count);
  });
}

std::unique_ptr<DeviceBuffer> CodeUploader::sendPieces(std::size_t bytes, const Fill& fill) {
  for (auto& stage : m_stages) {
    if (stage == nullptr) stage = std::make_unique<HostStage>(kPieceBytes);
  }
  const Stream& stream = m_device->copies();
  auto buffer = std::make_unique<DeviceBuffer>(m_device, bytes, stream);
  for (std::size_t at = 0; at < bytes; at += kPieceBytes) {
    HostStage& stage = *m_stages[m_next];
    m_next = 1 - m_next;
    stage.copied.synchronize(kOp);
    auto* piece = static_cast<std::byte*>(stage.memory->data());
    const std::size_t count = std::min(kPieceBytes, bytes - at);
    fill(at, count, piece);
    copyToDevice(buffer->as<std::byte>() + at, piece, count, stream, kOp);
    stage.copied.record(stream.handle());
  }
  m_ready.record(stream.handle());
  m_ready.letWait(m_device->compute().handle());
  return buffer;
}

}  // namespace oscope::gpu
