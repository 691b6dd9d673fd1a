// What both products of int_gemm.h share. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/int_gemm.h"

namespace oscope::gpu {

__device__ inline std::uint32_t componentOf(const uint4& vector, int index) {
  return index == 0 ? vector.x : index == 1 ? vector.y : index == 2 ? vector.z : vector.w;
}

/// The 16-byte vectors of one lane per chunk and tile of 8 outputs.
template <bool kInt4>
inline constexpr int kLaneVectors = kInt4 ? 1 : 2;

/// Fragment b of step `step`. int4: 16 times the codes.
template <bool kInt4>
__device__ inline void unpack(const uint4 (&vectors)[kLaneVectors<kInt4>], int step, std::uint32_t (&b)[2]) {
  if constexpr (kInt4) {
    const std::uint32_t word = componentOf(vectors[0], step);
    b[0] = lowCodes(word);
    b[1] = highCodes(word);
  } else {
    b[0] = componentOf(vectors[step / 2], step % 2 * 2);
    b[1] = componentOf(vectors[step / 2], step % 2 * 2 + 1);
  }
}

/// Scales and zero points of a lane's two columns in one group.
struct ColumnPair {
  float scale[2];
  std::int32_t zero[2];
};
template <bool kInt4, bool kZeros>
__device__ inline ColumnPair loadColumns(const IntGemmArgs& args, std::int64_t group, std::int64_t col) {
  ColumnPair pair{};
  const std::int64_t at = group * args.shape.paddedOut + col;  // even: col is, and paddedOut
  const float2 scales = *reinterpret_cast<const float2*>(args.scales + at);
  pair.scale[0] = kInt4 ? scales.x * 0.0625f : scales.x;
  pair.scale[1] = kInt4 ? scales.y * 0.0625f : scales.y;
  if constexpr (kZeros) {
    const int2 zeros = *reinterpret_cast<const int2*>(args.zeros + at);
    pair.zero[0] = kInt4 ? zeros.x * 16 : zeros.x;
    pair.zero[1] = kInt4 ? zeros.y * 16 : zeros.y;
  }
  return pair;
}

/// acc - zero * codeSum: the sum with the zero point taken out; modulo 2^32, so nothing overflows on the way.
__device__ inline std::int32_t withoutZero(std::int32_t acc, std::int32_t zero, std::int32_t codeSum) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) -
                                   static_cast<std::uint32_t>(zero) * static_cast<std::uint32_t>(codeSum));
}

}  // namespace oscope::gpu
