// The integer-true product for at most 16 rows: weights stream from memory to registers once, and the slices of k are
// the warps of a block. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/int_gemm_parts.cuh"

namespace oscope::gpu {

inline constexpr int kSkinnyTiles = 2;  ///< of 8 outputs per block
inline constexpr int kSkinnyThreads = kSlices * 32;

/// What one lane reads of one chunk.
template <bool kInt4>
struct SkinnyChunk {
  uint4 vectors[kSkinnyTiles][kLaneVectors<kInt4>];
  uint2 codes[kChunkSteps][2];  ///< of rows lane / 4 and 8 more
};

template <bool kInt4, bool kTall>
__device__ inline void loadSkinny(const IntGemmArgs& args, std::int64_t firstTile, std::int64_t chunk,
                                  std::int64_t pitch, SkinnyChunk<kInt4>& loaded) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const auto* words = reinterpret_cast<const uint4*>(args.words);
#pragma unroll
  for (int tile = 0; tile < kSkinnyTiles; ++tile) {
    const std::int64_t block = (firstTile + tile) * args.shape.chunks + chunk;
#pragma unroll
    for (int v = 0; v < kLaneVectors<kInt4>; ++v) {
      loaded.vectors[tile][v] = words[(block * kLaneVectors<kInt4> + v) * 32 + lane];
    }
  }
#pragma unroll
  for (int step = 0; step < kChunkSteps; ++step) {
    const std::int64_t k = chunk * kChunkK + step * kStepK;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const std::int64_t row = lane / 4 + half * 8;
      const bool live = (half == 0 || kTall) && row < args.rows && k < pitch;
      loaded.codes[step][half] =
          live ? *reinterpret_cast<const uint2*>(args.codes + row * pitch + k + lane % 4 * 8) : uint2{0, 0};
    }
  }
}

/// kTall: more than 8 rows.
template <bool kInt4, bool kZeros, bool kTall>
__global__ void __launch_bounds__(kSkinnyThreads) intSkinnyKernel(IntGemmArgs args) {
  __shared__ std::int32_t parts[kSlices][kSkinnyTiles][32][4];  // bits of float32 sums; of int32 for a single group
  const int lane = static_cast<int>(threadIdx.x) % 32, slice = static_cast<int>(threadIdx.x) / 32;
  const std::int64_t firstTile = static_cast<std::int64_t>(blockIdx.x) * kSkinnyTiles;
  const std::int64_t pitch = codePitch(args.shape), groups = args.shape.groups;
  const std::int64_t out0 = firstTile * kTileOut + 2 * (lane % 4);
  const StepRange range = sliceOf(args.shape, slice);
  const bool single = groups == 1;

  std::int32_t acc[kSkinnyTiles][4] = {};
  float sums[kSkinnyTiles][4] = {};
  std::int64_t group = range.first / args.shape.stepsPerGroup, left = args.shape.stepsPerGroup;
  ColumnPair columns[kSkinnyTiles];
  SkinnyChunk<kInt4> next;
  if (range.first < range.last) {
    for (int n = 0; n < kSkinnyTiles; ++n) columns[n] = loadColumns<kInt4, kZeros>(args, group, out0 + n * kTileOut);
    loadSkinny<kInt4, kTall>(args, firstTile, range.first / kChunkSteps, pitch, next);
  }
  for (std::int64_t first = range.first; first < range.last; first += kChunkSteps) {
    const SkinnyChunk<kInt4> chunk = next;
    if (first + kChunkSteps < range.last) {
      loadSkinny<kInt4, kTall>(args, firstTile, first / kChunkSteps + 1, pitch, next);
    }
#pragma unroll
    for (int step = 0; step < kChunkSteps; ++step) {
      const std::uint32_t a[4] = {chunk.codes[step][0].x, chunk.codes[step][1].x, chunk.codes[step][0].y,
                                  chunk.codes[step][1].y};
#pragma unroll
      for (int n = 0; n < kSkinnyTiles; ++n) {
        std::uint32_t b[2];
        unpack<kInt4>(chunk.vectors[n], step, b);
        multiplyAdd(acc[n], a, b);
      }
      if (single || --left > 0 || first + step >= range.last) continue;
      left = args.shape.stepsPerGroup;
      std::int32_t codeSums[2] = {};
      if constexpr (kZeros) {
        for (int half = 0; half < 2; ++half) {
          const std::int64_t row = lane / 4 + half * 8;
          if (row < args.rows) codeSums[half] = args.groupSums[group * args.rows + row];
        }
      }
      ++group;
      const std::int64_t following = group < groups ? group : groups - 1;
#pragma unroll
      for (int n = 0; n < kSkinnyTiles; ++n) {
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          std::int32_t value = acc[n][c];
          if constexpr (kZeros) value = withoutZero(value, columns[n].zero[c % 2], codeSums[c / 2]);
          sums[n][c] = addGroup(sums[n][c], columns[n].scale[c % 2], value);
          acc[n][c] = 0;
        }
        columns[n] = loadColumns<kInt4, kZeros>(args, following, out0 + n * kTileOut);
      }
    }
  }
#pragma unroll
  for (int n = 0; n < kSkinnyTiles; ++n) {
#pragma unroll
    for (int c = 0; c < 4; ++c) {
      parts[slice][n][lane][c] = single ? acc[n][c] : static_cast<std::int32_t>(bitsOf(sums[n][c]));
    }
  }
  __syncthreads();

  // One value per thread: slices in ascending order.
  const int n = static_cast<int>(threadIdx.x) / 128, holder = static_cast<int>(threadIdx.x) / 4 % 32;
  const int c = static_cast<int>(threadIdx.x) % 4;
  const std::int64_t row = holder / 4 + c / 2 * 8, out = (firstTile + n) * kTileOut + holder % 4 * 2 + c % 2;
  if (row >= args.rows || out >= args.shape.out) return;
  float sum = 0.0f;
  if (single) {
    std::int32_t total = 0;
    for (int s = 0; s < kSlices; ++s) total += parts[s][n][holder][c];
    const ColumnPair pair = loadColumns<kInt4, kZeros>(args, 0, out - c % 2);
    if constexpr (kZeros) {
      total = withoutZero(total, c % 2 == 0 ? pair.zero[0] : pair.zero[1], args.groupSums[row]);
    }
    sum = addGroup(0.0f, c % 2 == 0 ? pair.scale[0] : pair.scale[1], total);
  } else {
    sum = floatOf(static_cast<std::uint32_t>(parts[0][n][holder][c]));
    for (int s = 1; s < kSlices; ++s) sum += floatOf(static_cast<std::uint32_t>(parts[s][n][holder][c]));
  }
  args.y[row * args.shape.out + out] = fmaf(args.codeScales[row], sum, args.bias != nullptr ? args.bias[out] : 0.0f);
}

template <bool kInt4, bool kZeros>
void launchSkinny(const IntGemmArgs& args, StreamHandle stream) {
  constexpr std::int64_t kOut = kSkinnyTiles * kTileOut;
  launchKernel("intSkinny",
               args.rows > 8 ? intSkinnyKernel<kInt4, kZeros, true> : intSkinnyKernel<kInt4, kZeros, false>,
               (args.shape.out + kOut - 1) / kOut, kSkinnyThreads, 0, stream, args);
}

void launchIntSkinny(const IntGemmArgs& args, StreamHandle stream) {
  if (args.shape.int4) {
    args.zeros != nullptr ? launchSkinny<true, true>(args, stream) : launchSkinny<true, false>(args, stream);
  } else {
    args.zeros != nullptr ? launchSkinny<false, true>(args, stream) : launchSkinny<false, false>(args, stream);
  }
}

}  // namespace oscope::gpu
