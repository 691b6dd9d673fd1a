// Attention with products of float32's precision. A block of four warps makes 64 queries of one head; each warp keeps
// 16 of them, with their sums, in registers and walks over the keys tile by tile. Rows of a warp's tile: lane / 4 and
// lane / 4 + 8 (multiplyTf32 in device_ops.cuh). Included after device_ops.cuh or its emulation.
#pragma once

#include <cmath>

#include "gpu/kernels/attention.h"
#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/float_math.h"
#include "gpu/kernels/quad.cuh"

namespace oscope::gpu {
namespace {

constexpr int kQueries = 64, kThreads = 128;
constexpr int kPad = 4;  // floats per row: lanes of a warp then meet 32 different banks

// Keys per tile: what leaves shared memory of 99 KiB enough for the widest head.
template <int kWidth>
inline constexpr int kKeysFor = kWidth <= 64    ? 64
                                : kWidth == 128 ? 32
                                                : 16;

template <int kWidth>
inline constexpr int kSharedBytes = (kQueries + 2 * kKeysFor<kWidth>)*(kWidth + kPad) * static_cast<int>(sizeof(float));

// d += a b, where a = high + low with two TF32 values each; the product of the low parts is left out.
__device__ inline void multiply(float (&d)[4], const float (&a)[4], const float (&b)[2]) {
  float highA[4], lowA[4], highB[2], lowB[2];
#pragma unroll
  for (int i = 0; i < 4; ++i) splitTf32(a[i], highA[i], lowA[i]);
#pragma unroll
  for (int i = 0; i < 2; ++i) splitTf32(b[i], highB[i], lowB[i]);
  multiplyTf32(d, lowA, highB);
  multiplyTf32(d, highA, lowB);
  multiplyTf32(d, highA, highB);
}

// Whether rows of a head are whole vectors of four floats, each of them aligned. The widest heads leave no registers
// for that.
template <int kWidth>
__device__ inline bool isWide(const HeadInput& from, int dim) {
  return kWidth < kWidestHead && dim % 4 == 0 && from.rowStride % 4 == 0 && from.headStride % 4 == 0 &&
         reinterpret_cast<std::uintptr_t>(from.data) % sizeof(float4) == 0;
}

// Rows [first, first + count) of one head into shared memory [count, kWidth + kPad], zeros outside of `length` and
// `dim`.
template <int kWidth>
__device__ inline void loadRows(const HeadInput& from, std::int64_t start, std::int64_t first, int count,
                                std::int64_t length, int dim, std::int64_t head, float* to) {
  const float* base = from.data + start * from.rowStride + head * from.headStride;
  if (isWide<kWidth>(from, dim)) {
    for (int i = threadIdx.x; i < count * kWidth / 4; i += kThreads) {
      const int row = i / (kWidth / 4), c = i % (kWidth / 4) * 4;
      float4 value{0.0f, 0.0f, 0.0f, 0.0f};
      if (c < dim && first + row < length) {
        value = *reinterpret_cast<const float4*>(base + (first + row) * from.rowStride + c);
      }
      *reinterpret_cast<float4*>(to + row * (kWidth + kPad) + c) = value;
    }
    return;
  }
  for (int i = threadIdx.x; i < count * kWidth; i += kThreads) {
    const int row = i / kWidth, c = i % kWidth;
    to[row * (kWidth + kPad) + c] = c < dim && first + row < length ? base[(first + row) * from.rowStride + c] : 0.0f;
  }
}

template <int kWidth>
__global__ void __launch_bounds__(kThreads, 2)
    attentionKernel(HeadInput q, HeadInput k, HeadInput v, AttentionShape shape, int tiles, float* out) {
  constexpr int kKeys = kKeysFor<kWidth>, kPitch = kWidth + kPad;
  auto* queries = reinterpret_cast<float*>(launchShared());
  float* keys = queries + kQueries * kPitch;
  float* values = keys + kKeys * kPitch;

  // Blocks of one head follow each other: they share its keys.
  const int tile = static_cast<int>(blockIdx.x) % tiles, place = static_cast<int>(blockIdx.x) / tiles;
  const std::int64_t sequence = place % shape.sequences, head = place / shape.sequences;
  const std::int64_t keyHead = head / shape.headsPerKey;
  const std::int64_t start = shape.starts[sequence], length = shape.starts[sequence + 1] - start;
  const std::int64_t first = static_cast<std::int64_t>(tile) * kQueries;
  if (first >= length) return;  // the whole block
  const int headDim = static_cast<int>(shape.headDim), valueDim = static_cast<int>(shape.valueDim);
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4, warpRow = threadIdx.x / 32 * 16;
  const float slope = shape.slopes != nullptr ? shape.slopes[head] : 0.0f;

  loadRows<kWidth>(q, start, first, kQueries, length, headDim, head, queries);

  float sums[kWidth / 8][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {0.0f, 0.0f};
  const std::int64_t lastKey = first + kQueries < length ? first + kQueries : length;
  const std::int64_t oldest = first - shape.window + 1;
  for (std::int64_t key0 = shape.window > 0 && oldest > 0 ? oldest : 0; key0 < lastKey; key0 += kKeys) {
    __syncthreads();  // the tile before is used up
    loadRows<kWidth>(k, start, key0, kKeys, lastKey, headDim, keyHead, keys);
    loadRows<kWidth>(v, start, key0, kKeys, lastKey, valueDim, keyHead, values);
    __syncthreads();

    float scores[kKeys / 8][4] = {};
    for (int d = 0; d < headDim; d += 8) {
      const float* at = queries + (warpRow + g) * kPitch + d + t;
      const float a[4] = {at[0], at[8 * kPitch], at[4], at[8 * kPitch + 4]};
#pragma unroll
      for (int n = 0; n < kKeys / 8; ++n) {
        const float* row = keys + (n * 8 + g) * kPitch + d + t;
        const float b[2] = {row[0], row[4]};
        multiply(scores[n], a, b);
      }
    }

    float top[2] = {largest[0], largest[1]};
#pragma unroll
    for (int n = 0; n < kKeys / 8; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const std::int64_t query = first + warpRow + g + i / 2 * 8, key = key0 + n * 8 + 2 * t + i % 2;
        const bool seen = key <= query && (shape.window == 0 || query - key < shape.window);
        scores[n][i] = seen ? scores[n][i] * shape.scale + slope * static_cast<float>(key) : -INFINITY;
        top[i / 2] = fmaxf(top[i / 2], scores[n][i]);
      }
    }
    float base[2], shrink[2];
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      top[h] = quadMax(top[h]);
      base[h] = top[h] == -INFINITY ? 0.0f : top[h];  // no key of this row so far
      shrink[h] = expf(largest[h] - base[h]);
      largest[h] = top[h];
      total[h] *= shrink[h];
    }
#pragma unroll
    for (int n = 0; n < kKeys / 8; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        scores[n][i] = expf(scores[n][i] - base[i / 2]);
        total[i / 2] += scores[n][i];
      }
    }
#pragma unroll
    for (int n = 0; n < kWidth / 8; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) sums[n][i] *= shrink[i / 2];
    }
    // The scores lie as d of a product; as operand a of the next one, column t stands for key 2t and column t + 4 for
    // key 2t + 1. The rows of the values are taken in the same order.
#pragma unroll
    for (int j = 0; j < kKeys / 8; ++j) {
      const float a[4] = {scores[j][0], scores[j][2], scores[j][1], scores[j][3]};
      const float* row = values + (j * 8 + 2 * t) * kPitch + g;
#pragma unroll
      for (int n = 0; n < kWidth / 8; ++n) {
        const float b[2] = {row[n * 8], row[kPitch + n * 8]};
        multiply(sums[n], a, b);
      }
    }
  }

  const float inverse[2] = {1.0f / quadSum(total[0]), 1.0f / quadSum(total[1])};
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    const std::int64_t query = first + warpRow + g + 8 * h;
    if (query >= length) continue;
    float* to = out + (start + query) * shape.heads * valueDim + head * valueDim;
#pragma unroll
    for (int n = 0; n < kWidth / 8; ++n) {
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        const int c = n * 8 + 2 * t + i;
        if (c < valueDim) to[c] = sums[n][2 * h + i] * inverse[h];
      }
    }
  }
}

template <int kWidth>
void launchFor(StreamHandle stream, HeadInput q, HeadInput k, HeadInput v, const AttentionShape& shape, float* out) {
  const int tiles = static_cast<int>((shape.longest + kQueries - 1) / kQueries);
  launchKernel("attention", attentionKernel<kWidth>, tiles * shape.sequences * shape.heads, kThreads,
               kSharedBytes<kWidth>, stream, q, k, v, shape, tiles, out);
}

}  // namespace

void launchAttention(StreamHandle stream, HeadInput q, HeadInput k, HeadInput v, const AttentionShape& shape,
                     float* out) {
  if (shape.longest == 0 || shape.heads == 0) return;
  const std::int64_t width = shape.headDim > shape.valueDim ? shape.headDim : shape.valueDim;
  if (width <= 32) return launchFor<32>(stream, q, k, v, shape, out);
  if (width <= 64) return launchFor<64>(stream, q, k, v, shape, out);
  if (width <= 128) return launchFor<128>(stream, q, k, v, shape, out);
  launchFor<kWidestHead>(stream, q, k, v, shape, out);
}

}  // namespace oscope::gpu
