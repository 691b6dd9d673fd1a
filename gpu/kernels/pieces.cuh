// Several neighbouring elements at once: what reaches the bandwidth of the memory. Behind device_ops.cuh or its
// emulation.
#pragma once

#include <cstdint>

namespace oscope::gpu {

/// Elements of a piece where rows are multiples of it, as all memory of a tensor begins at a multiple of 256 bytes.
inline constexpr int kWidePiece = 4;
inline bool takesWidePieces(std::int64_t width) {
  return width % kWidePiece == 0;
}

/// kStep: 1, or kWidePiece with `from` aligned to 16 bytes.
template <int kStep>
__device__ inline void loadPiece(const float* from, float (&piece)[kStep]) {
  if constexpr (kStep == kWidePiece) {
    const float4 vector = *reinterpret_cast<const float4*>(from);
    piece[0] = vector.x, piece[1] = vector.y, piece[2] = vector.z, piece[3] = vector.w;
  } else {
    static_assert(kStep == 1);
    piece[0] = *from;
  }
}

template <int kStep>
__device__ inline void storePiece(float* to, const float (&piece)[kStep]) {
  if constexpr (kStep == kWidePiece) {
    *reinterpret_cast<float4*>(to) = {piece[0], piece[1], piece[2], piece[3]};
  } else {
    static_assert(kStep == 1);
    *to = piece[0];
  }
}

/// `to` aligned to 8 bytes for kWidePiece.
template <int kStep>
__device__ inline void storePiece(std::uint16_t* to, const std::uint16_t (&piece)[kStep]) {
  if constexpr (kStep == kWidePiece) {
    *reinterpret_cast<uint2*>(to) = {piece[0] | static_cast<std::uint32_t>(piece[1]) << 16,
                                     piece[2] | static_cast<std::uint32_t>(piece[3]) << 16};
  } else {
    static_assert(kStep == 1);
    *to = piece[0];
  }
}

/// `to` aligned to 4 bytes for kWidePiece.
template <int kStep>
__device__ inline void storePiece(std::int8_t* to, const std::int8_t (&piece)[kStep]) {
  if constexpr (kStep == kWidePiece) {
    const auto byte = [&](int i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(piece[i])) << (8 * i); };
    *reinterpret_cast<std::uint32_t*>(to) = byte(0) | byte(1) | byte(2) | byte(3);
  } else {
    static_assert(kStep == 1);
    *to = piece[0];
  }
}

/// Threads for one row of `width` elements: whole warps, no more than `most`, no more than there are pieces.
inline int threadsForRow(std::int64_t width, int most) {
  const std::int64_t pieces = takesWidePieces(width) ? width / kWidePiece : width;
  const std::int64_t wanted = (pieces + 31) / 32 * 32;
  return wanted < most ? static_cast<int>(wanted) : most;
}

}  // namespace oscope::gpu
