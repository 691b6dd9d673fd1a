// Attention of fp16 operands. A block of four warps makes 64 queries of one head; each warp keeps 16 of them, with
// their sums, in registers and walks over the keys tile by tile. There is one buffer for keys and one for values:
// values arrive while scores are made, the next keys while values are added up, and the other blocks of a
// multiprocessor fill what is left of the waits (the order of FlashAttention-2, arXiv 2307.08691). Included after
// device_ops.cuh or its emulation.
#pragma once

#include <cmath>

#include "gpu/kernels/pack_heads_kernels.cuh"
#include "gpu/kernels/quad.cuh"

namespace oscope::gpu {
namespace {

/// Tiles of heads of up to kWidth channels.
template <int kWidth>
struct HalfTile {
  static constexpr int kQueries = 64, kThreads = 128;
  static constexpr int kKeys = kWidth <= 128 ? 64 : 32;
  /// Queries stay in registers, and pass through the buffer of the keys; the widest head has a buffer for them.
  static constexpr bool kKeepQueries = kWidth <= 128;
  static constexpr int kRowBytes = kWidth * 2 + 16;  ///< rows that are read together then meet different banks
  static constexpr int kTileBytes = kKeys * kRowBytes;
  static constexpr int kSharedBytes = 2 * kTileBytes + (kKeepQueries ? 0 : kQueries * kRowBytes);
  static constexpr int kBlocks = kKeepQueries ? 3 : 2;  ///< per multiprocessor, as far as registers go
};

/// Starts the copy of kRows rows of one head, of which `rows` is the first; zeros from row `count` on, and outside of
/// the head.
template <int kWidth, int kRows>
__device__ inline void loadHalves(const HalfHeads& from, const std::uint16_t* rows, int count, char* to) {
  constexpr int kPieces = kWidth / 8;  // of 16 bytes
  const int pieces = static_cast<int>(from.pitch) / 8;
#pragma unroll 1  // or addresses take the registers of sums
  for (int i = static_cast<int>(threadIdx.x); i < kRows * kPieces; i += HalfTile<kWidth>::kThreads) {
    const int row = i / kPieces, piece = i % kPieces;
    const bool live = row < count && piece < pieces;
    copyAsync<16>(to + row * HalfTile<kWidth>::kRowBytes + piece * 16,
                  live ? rows + row * from.heads * from.pitch + piece * 8 : from.data, live);
  }
}

/// Where a head begins in a row.
__device__ inline const std::uint16_t* headOf(const HalfHeads& heads, std::int64_t row, int head) {
  return heads.data + (row * heads.heads + head) * heads.pitch;
}

/// 1 / (the scale of a head's fp16 values).
__device__ inline float unscaleOf(const HalfHeads& heads, int sequence, int head) {
  return powerOfTwo(-headShift(heads.absMaxBits[sequence * heads.heads + head]));
}

template <int kWidth>
__global__ void __launch_bounds__(HalfTile<kWidth>::kThreads, HalfTile<kWidth>::kBlocks)
    halfAttentionKernel(HalfHeads q, HalfHeads k, HalfHeads v, AttentionShape shape, int tiles, float* out) {
  using Tile = HalfTile<kWidth>;
  constexpr int kKeys = Tile::kKeys, kSteps = kWidth / 16;
  constexpr float kLog2E = 1.44269504f;
  char* keys = reinterpret_cast<char*>(launchShared());
  char* values = keys + Tile::kTileBytes;
  char* queries = Tile::kKeepQueries ? keys : values + Tile::kTileBytes;

  // Blocks of one head follow each other: they share its keys. Those with the most keys come first.
  const int block = static_cast<int>(blockIdx.x), tile = tiles - 1 - block % tiles, place = block / tiles;
  const int sequences = static_cast<int>(shape.sequences), sequence = place % sequences, head = place / sequences;
  const int keyHead = head / static_cast<int>(shape.headsPerKey);
  const std::int64_t start = shape.starts[sequence];
  const int length = static_cast<int>(shape.starts[sequence + 1] - start), first = tile * Tile::kQueries;
  if (first >= length) return;  // the whole block
  const int lane = static_cast<int>(threadIdx.x) % 32, g = lane / 4, t = lane % 4;
  const int warpRow = static_cast<int>(threadIdx.x) / 32 * 16;
  const int lastKey = first + Tile::kQueries < length ? first + Tile::kQueries : length;
  const int window = shape.window > 0 && shape.window < length ? static_cast<int>(shape.window) : length;
  const int oldest = first - window + 1 > 0 ? first - window + 1 : 0;
  // Softmax in powers of two, of scores as the product makes them. A key's distance to the first query keeps small what
  // ALiBi adds.
  const float scale = shape.scale * kLog2E * unscaleOf(q, sequence, head) * unscaleOf(k, sequence, keyHead);
  const float slope = shape.slopes != nullptr ? shape.slopes[head] * kLog2E / scale : 0.0f;

  // Rows that a lane names to loadMatrices.
  constexpr int kRowBytes = Tile::kRowBytes;
  const char* queryRow = queries + (warpRow + lane % 16) * kRowBytes + lane / 16 * 16;
  const char* keyRow = keys + (lane / 16 * 8 + lane % 8) * kRowBytes + lane / 8 % 2 * 16;
  const char* valueRow = values + lane % 16 * kRowBytes + lane / 16 * 16;
  const std::uint16_t *keyRows = headOf(k, start + oldest, keyHead), *valueRows = headOf(v, start + oldest, keyHead);

  loadHalves<kWidth, Tile::kQueries>(q, headOf(q, start + first, head), length - first, queries);
  commitCopies();
  std::uint32_t kept[Tile::kKeepQueries ? kSteps : 1][4];
  if constexpr (Tile::kKeepQueries) {
    waitForCopies<0>();
    __syncthreads();
#pragma unroll
    for (int s = 0; s < kSteps; ++s) loadMatrices<false>(kept[s], queryRow + s * 32);
    __syncthreads();  // keys take their place
  }
  loadHalves<kWidth, kKeys>(k, keyRows, lastKey - oldest, keys);
  commitCopies();

  float sums[kWidth / 8][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {0.0f, 0.0f};
  for (int key0 = oldest; key0 < lastKey; key0 += kKeys) {
    waitForCopies<0>();
    __syncthreads();  // the keys are there for all, and all are done with the values before
    loadHalves<kWidth, kKeys>(v, valueRows, lastKey - key0, values);
    valueRows += kKeys * v.heads * v.pitch;
    commitCopies();

    float scores[kKeys / 8][4] = {};
#pragma unroll
    for (int s = 0; s < kSteps; ++s) {
      if constexpr (!Tile::kKeepQueries) loadMatrices<false>(kept[0], queryRow + s * 32);
#pragma unroll
      for (int n = 0; n < kKeys / 8; n += 2) {
        std::uint32_t b[4];  // of keys 8 n .. 8 n + 7, and of the next eight
        loadMatrices<false>(b, keyRow + n * 8 * kRowBytes + s * 32);
        multiplyFp16(scores[n], kept[Tile::kKeepQueries ? s : 0], {b[0], b[1]});
        multiplyFp16(scores[n + 1], kept[Tile::kKeepQueries ? s : 0], {b[2], b[3]});
      }
    }

    if (shape.slopes != nullptr) {
#pragma unroll
      for (int n = 0; n < kKeys / 8; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          scores[n][i] = fmaf(slope, static_cast<float>(key0 - first + n * 8 + 2 * t + i % 2), scores[n][i]);
        }
      }
    }
    // Unless every query of the warp sees every key of the tile.
    if (key0 + kKeys - 1 > first + warpRow || first + warpRow + 15 - key0 >= window) {
#pragma unroll
      for (int n = 0; n < kKeys / 8; ++n) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          const int distance = first + warpRow + g + i / 2 * 8 - (key0 + n * 8 + 2 * t + i % 2);
          if (distance < 0 || distance >= window) scores[n][i] = -INFINITY;
        }
      }
    }
    float shrink[2];
    std::uint32_t weights[kKeys / 8][2];  // as scores lie they are operand a of the next product
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      float top = largest[h];
#pragma unroll
      for (int n = 0; n < kKeys / 8; ++n) top = fmaxf(top, fmaxf(scores[n][2 * h], scores[n][2 * h + 1]));
      top = quadMax(top);
      const float base = top == -INFINITY ? 0.0f : top * scale;  // no key of this row so far
      shrink[h] = powerOfTwoNear(fmaf(largest[h], scale, -base));
      largest[h] = top;
      total[h] *= shrink[h];
#pragma unroll
      for (int n = 0; n < kKeys / 8; ++n) {
        const float low = powerOfTwoNear(fmaf(scores[n][2 * h], scale, -base));
        const float high = powerOfTwoNear(fmaf(scores[n][2 * h + 1], scale, -base));
        total[h] += low + high;
        weights[n][h] = packFp16(low, high);
      }
    }
#pragma unroll
    for (int n = 0; n < kWidth / 8; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) sums[n][i] *= shrink[i / 2];
    }

    waitForCopies<0>();
    __syncthreads();  // the values are there for all, and all are done with the keys
    if (key0 + kKeys < lastKey) {
      keyRows += kKeys * k.heads * k.pitch;
      loadHalves<kWidth, kKeys>(k, keyRows, lastKey - key0 - kKeys, keys);
      commitCopies();
    }
#pragma unroll
    for (int s = 0; s < kKeys / 16; ++s) {
      const std::uint32_t a[4] = {weights[2 * s][0], weights[2 * s][1], weights[2 * s + 1][0], weights[2 * s + 1][1]};
#pragma unroll
      for (int n = 0; n < kWidth / 8; n += 2) {
        std::uint32_t b[4];  // of channels 8 n .. 8 n + 7, and of the next eight
        loadMatrices<true>(b, valueRow + s * 16 * kRowBytes + n * 16);
        multiplyFp16(sums[n], a, {b[0], b[1]});
        multiplyFp16(sums[n + 1], a, {b[2], b[3]});
      }
    }
  }

  const float unscale = unscaleOf(v, sequence, keyHead);
  const int valueDim = static_cast<int>(shape.valueDim);
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    const float inverse = unscale / quadSum(total[h]);
    const int query = first + warpRow + g + 8 * h;
    if (query >= length) continue;
    float* to = out + ((start + query) * shape.heads + head) * valueDim;
#pragma unroll
    for (int n = 0; n < kWidth / 8; ++n) {
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        const int c = n * 8 + 2 * t + i;
        if (c < valueDim) to[c] = sums[n][2 * h + i] * inverse;
      }
    }
  }
}

template <int kWidth>
void launchHalfFor(StreamHandle stream, const HalfHeads& q, const HalfHeads& k, const HalfHeads& v,
                   const AttentionShape& shape, float* out) {
  using Tile = HalfTile<kWidth>;
  const int tiles = static_cast<int>((shape.longest + Tile::kQueries - 1) / Tile::kQueries);
  launchKernel("attention", halfAttentionKernel<kWidth>, tiles * shape.sequences * shape.heads, Tile::kThreads,
               Tile::kSharedBytes, stream, q, k, v, shape, tiles, out);
}

}  // namespace

void launchHalfAttention(StreamHandle stream, const HalfHeads& q, const HalfHeads& k, const HalfHeads& v,
                         const AttentionShape& shape, float* out) {
  if (shape.longest == 0 || shape.heads == 0) return;
  const std::int64_t width = shape.headDim > shape.valueDim ? shape.headDim : shape.valueDim;
  if (width <= 32) return launchHalfFor<32>(stream, q, k, v, shape, out);
  if (width <= 64) return launchHalfFor<64>(stream, q, k, v, shape, out);
  if (width <= 96) return launchHalfFor<96>(stream, q, k, v, shape, out);
  if (width <= 128) return launchHalfFor<128>(stream, q, k, v, shape, out);
  launchHalfFor<kWidestHead>(stream, q, k, v, shape, out);
}

}  // namespace oscope::gpu
