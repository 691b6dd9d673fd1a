// Heads of float32 rows as fp16 (HalfHeads). A block takes 64 rows of one head of one sequence. Included after
// device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/attention.h"
#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/split_math.h"

namespace oscope::gpu {
namespace {

constexpr int kPackRows = 64, kPackThreads = 128;

/// The power of two that a head is multiplied by: fp16Shift, but bounded, so that the product of two of them and what
/// ALiBi is beside it stay in float32's range. Heads that small add nothing.
OSCOPE_HD int headShift(std::uint32_t absMaxBits) {
  constexpr int kMost = 50;
  const int shift = fp16Shift(absMaxBits);
  return shift < kMost ? shift : kMost;
}

/// What a block works on.
struct PackPlace {
  std::int64_t row = 0, head = 0, at = 0;  ///< the first row; the head; its place in absMaxBits
  int rows = 0;
};
__device__ inline PackPlace packPlace(const std::int64_t* starts, std::int64_t heads, int tiles) {
  const std::int64_t tile = blockIdx.x % static_cast<unsigned>(tiles),
                     place = blockIdx.x / static_cast<unsigned>(tiles);
  const std::int64_t sequence = place / heads, first = starts[sequence] + tile * kPackRows;
  const std::int64_t left = starts[sequence + 1] - first;
  return {first, place % heads, place, static_cast<int>(left < kPackRows ? left : kPackRows)};
}

__global__ void headMaxKernel(HeadInput from, const std::int64_t* starts, HalfHeads to, int tiles) {
  const PackPlace place = packPlace(starts, to.heads, tiles);
  const float* base = from.data + place.row * from.rowStride + place.head * from.headStride;
  const int dim = static_cast<int>(to.dim), lane = threadIdx.x % 32;
  std::uint32_t largest = 0;
  for (int row = threadIdx.x / 32; row < place.rows; row += kPackThreads / 32) {
    for (int c = lane; c < dim; c += 32) {
      const std::uint32_t bits = bitsOf(base[row * from.rowStride + c]) & kMagnitudeBits;
      largest = bits > largest ? bits : largest;
    }
  }
  largest = warpMax(largest);
  if (lane == 0 && largest != 0) atomicMax(to.absMaxBits + place.at, largest);  // exact in any order
}

/// Eight values from `from` on, zeros from `count` on.
template <bool kWide>
__device__ inline void loadEight(const float* from, int count, float (&values)[8]) {
  if (kWide && count >= 8) {
    const float4 low = reinterpret_cast<const float4*>(from)[0], high = reinterpret_cast<const float4*>(from)[1];
    values[0] = low.x, values[1] = low.y, values[2] = low.z, values[3] = low.w;
    values[4] = high.x, values[5] = high.y, values[6] = high.z, values[7] = high.w;
  } else {
#pragma unroll
    for (int i = 0; i < 8; ++i) values[i] = i < count ? from[i] : 0.0f;
  }
}

/// kWide: rows begin where a vector of four floats may.
template <bool kWide>
__global__ void packHeadsKernel(HeadInput from, const std::int64_t* starts, HalfHeads to, int tiles) {
  const PackPlace place = packPlace(starts, to.heads, tiles);
  const float* base = from.data + place.row * from.rowStride + place.head * from.headStride;
  const float scale = powerOfTwo(headShift(to.absMaxBits[place.at]));
  const int dim = static_cast<int>(to.dim), pieces = static_cast<int>(to.pitch) / 8;
  for (int i = static_cast<int>(threadIdx.x); i < place.rows * pieces; i += kPackThreads) {
    const int row = i / pieces, c = i % pieces * 8;
    float values[8];
    loadEight<kWide>(base + row * from.rowStride + c, dim - c, values);
    uint4 halves;
    halves.x = packFp16(values[0] * scale, values[1] * scale);
    halves.y = packFp16(values[2] * scale, values[3] * scale);
    halves.z = packFp16(values[4] * scale, values[5] * scale);
    halves.w = packFp16(values[6] * scale, values[7] * scale);
    *reinterpret_cast<uint4*>(to.data + ((place.row + row) * to.heads + place.head) * to.pitch + c) = halves;
  }
}

__global__ void clearMaxKernel(std::uint32_t* absMaxBits, std::int64_t count) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) absMaxBits[i] = 0;
}

}  // namespace

void launchPackHeads(StreamHandle stream, HeadInput from, const AttentionShape& shape, const HalfHeads& to) {
  const std::int64_t places = shape.sequences * to.heads;
  if (shape.longest == 0 || places == 0) return;
  const int tiles = static_cast<int>((shape.longest + kPackRows - 1) / kPackRows);
  launchKernel("packHeads", clearMaxKernel, blocksFor(places, kPackThreads), kPackThreads, 0, stream, to.absMaxBits,
               places);
  launchKernel("packHeads", headMaxKernel, tiles * places, kPackThreads, 0, stream, from, shape.starts, to, tiles);
  const bool wide = from.rowStride % 4 == 0 && from.headStride % 4 == 0 &&
                    reinterpret_cast<std::uintptr_t>(from.data) % sizeof(float4) == 0;
  launchKernel("packHeads", wide ? packHeadsKernel<true> : packHeadsKernel<false>, tiles * places, kPackThreads, 0,
               stream, from, shape.starts, to, tiles);
}

}  // namespace oscope::gpu
