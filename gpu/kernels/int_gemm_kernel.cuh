// The integer-true product for many rows: int8 tensor cores over stages that arrive in shared memory, int32 sums per
// group, float32 over groups. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/int_gemm_parts.cuh"

namespace oscope::gpu {

/// Tile of a block and its cut into warps.
template <int kRowsOfBlock, int kOutOfBlock, int kWarpRows, int kWarpCols>
struct IntTile {
  static constexpr int kRows = kRowsOfBlock, kOut = kOutOfBlock;
  static constexpr int kAcross = kWarpCols;
  static constexpr int kThreads = kWarpRows * kWarpCols * 32;
  static constexpr int kRowsOfWarp = kRows / kWarpRows, kOutOfWarp = kOut / kWarpCols;
  static constexpr int kMmaRows = kRowsOfWarp / 16, kMmaCols = kOutOfWarp / kTileOut;
};
using LargeIntTile = IntTile<kLargeTile, kLargeTile, 2, 4>;
using SmallIntTile = IntTile<kSmallTile, kSmallTile, 2, 2>;

template <typename Tile, bool kInt4>
struct IntStages {
  static constexpr int kCount = kInt4 ? 4 : 3;
  static constexpr int kCodeVectors = Tile::kRows * kChunkK / 16;
  static constexpr int kWeightVectors = Tile::kOut / kTileOut * 32 * kLaneVectors<kInt4>;
  static constexpr int kVectors = kCodeVectors + kWeightVectors;
  static constexpr int kBytes = kCount * kVectors * 16;
};

/// Starts the copy of one chunk of x and w.
template <typename Tile, bool kInt4>
__device__ inline void loadIntStage(const IntGemmArgs& args, std::int64_t firstRow, std::int64_t firstTile,
                                    std::int64_t chunk, std::int64_t pitch, uint4* stage) {
  using Stages = IntStages<Tile, kInt4>;
  char* codes = reinterpret_cast<char*>(stage);
  for (int p = static_cast<int>(threadIdx.x); p < Stages::kCodeVectors; p += Tile::kThreads) {
    const int row = p / 8, piece = p % 8;
    const std::int64_t k = chunk * kChunkK + piece * 16;
    const bool live = firstRow + row < args.rows && k < pitch;
    copyAsync<16>(codes + stagePiece(row, piece), live ? args.codes + (firstRow + row) * pitch + k : args.codes, live);
  }
  constexpr int kPerTile = 32 * kLaneVectors<kInt4>;
  const auto* words = reinterpret_cast<const uint4*>(args.words);
  for (int p = static_cast<int>(threadIdx.x); p < Stages::kWeightVectors; p += Tile::kThreads) {
    const std::int64_t block = (firstTile + p / kPerTile) * args.shape.chunks + chunk;
    copyAsync<16>(stage + Stages::kCodeVectors + p, words + block * kPerTile + p % kPerTile, true);
  }
}

template <typename Tile, bool kInt4, bool kZeros>
__global__ void __launch_bounds__(Tile::kThreads) intGemmKernel(IntGemmArgs args, int rowTiles, int colTiles) {
  using Stages = IntStages<Tile, kInt4>;
  constexpr int kMmaRows = Tile::kMmaRows, kMmaCols = Tile::kMmaCols;
  uint4* stages = launchShared();
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int lineOf = lane / 4, t = lane % 4;
  const TilePlace tile = tileOfBlock(blockIdx.x, rowTiles, colTiles);
  const std::int64_t firstRow = tile.row * Tile::kRows, firstOut = tile.col * Tile::kOut;
  const int warpRow = warp / Tile::kAcross * Tile::kRowsOfWarp, warpOut = warp % Tile::kAcross * Tile::kOutOfWarp;
  const std::int64_t pitch = codePitch(args.shape), chunks = args.shape.chunks, groups = args.shape.groups;
  const std::int64_t row0 = firstRow + warpRow + lineOf, out0 = firstOut + warpOut + 2 * t;

  std::int32_t acc[kMmaRows][kMmaCols][4] = {};
  float sums[kMmaRows][kMmaCols][4] = {};
  ColumnPair columns[kMmaCols];
  for (int n = 0; n < kMmaCols; ++n) columns[n] = loadColumns<kInt4, kZeros>(args, 0, out0 + n * kTileOut);
  std::int64_t group = 0, left = args.shape.stepsPerGroup;

  for (int s = 0; s < Stages::kCount - 1; ++s) {
    if (s < chunks) {
      loadIntStage<Tile, kInt4>(args, firstRow, firstOut / kTileOut, s, pitch, stages + s * Stages::kVectors);
    }
    commitCopies();
  }
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    waitForCopies<Stages::kCount - 2>();
    __syncthreads();  // the chunk is there for all, and all are done with the one that is loaded next
    const std::int64_t next = chunk + Stages::kCount - 1;
    if (next < chunks) {
      loadIntStage<Tile, kInt4>(args, firstRow, firstOut / kTileOut, next, pitch,
                                stages + next % Stages::kCount * Stages::kVectors);
    }
    commitCopies();
    const uint4* stage = stages + chunk % Stages::kCount * Stages::kVectors;
    const char* codes = reinterpret_cast<const char*>(stage);
    const uint4* weights = stage + Stages::kCodeVectors + warpOut / kTileOut * 32 * kLaneVectors<kInt4> + lane;
    uint4 vectors[kMmaCols][kLaneVectors<kInt4>];
#pragma unroll
    for (int n = 0; n < kMmaCols; ++n) {
#pragma unroll
      for (int v = 0; v < kLaneVectors<kInt4>; ++v) vectors[n][v] = weights[(n * kLaneVectors<kInt4> + v) * 32];
    }
#pragma unroll
    for (int step = 0; step < kChunkSteps; ++step) {
      std::uint32_t b[kMmaCols][2];
#pragma unroll
      for (int n = 0; n < kMmaCols; ++n) unpack<kInt4>(vectors[n], step, b[n]);
#pragma unroll
      for (int m = 0; m < kMmaRows; ++m) {
        const int line = warpRow + m * 16 + lineOf;
        const uint2 upper = *reinterpret_cast<const uint2*>(codes + stageByte(line, step, t));
        const uint2 lower = *reinterpret_cast<const uint2*>(codes + stageByte(line + 8, step, t));
        const std::uint32_t a[4] = {upper.x, lower.x, upper.y, lower.y};
#pragma unroll
        for (int n = 0; n < kMmaCols; ++n) multiplyAdd(acc[m][n], a, b[n]);
      }
      if (--left > 0 || group >= groups) continue;
      left = args.shape.stepsPerGroup;
#pragma unroll
      for (int m = 0; m < kMmaRows; ++m) {
        std::int32_t codeSums[2] = {};
        if constexpr (kZeros) {
          for (int half = 0; half < 2; ++half) {
            const std::int64_t row = row0 + m * 16 + half * 8;
            if (row < args.rows) codeSums[half] = args.groupSums[group * args.rows + row];
          }
        }
#pragma unroll
        for (int n = 0; n < kMmaCols; ++n) {
#pragma unroll
          for (int c = 0; c < 4; ++c) {
            std::int32_t value = acc[m][n][c];
            if constexpr (kZeros) value = withoutZero(value, columns[n].zero[c % 2], codeSums[c / 2]);
            sums[m][n][c] = addGroup(sums[m][n][c], columns[n].scale[c % 2], value);
            acc[m][n][c] = 0;
          }
        }
      }
      ++group;
      const std::int64_t following = group < groups ? group : groups - 1;
#pragma unroll
      for (int n = 0; n < kMmaCols; ++n) {
        columns[n] = loadColumns<kInt4, kZeros>(args, following, out0 + n * kTileOut);
      }
    }
  }

#pragma unroll
  for (int m = 0; m < kMmaRows; ++m) {
    for (int half = 0; half < 2; ++half) {
      const std::int64_t row = row0 + m * 16 + half * 8;
      if (row >= args.rows) continue;
      const float scale = args.codeScales[row];
      float* y = args.y + row * args.shape.out;
#pragma unroll
      for (int n = 0; n < kMmaCols; ++n) {
        const std::int64_t out = out0 + n * kTileOut;
        for (int c = 0; c < 2; ++c) {
          if (out + c >= args.shape.out) continue;
          y[out + c] = fmaf(scale, sums[m][n][half * 2 + c], args.bias != nullptr ? args.bias[out + c] : 0.0f);
        }
      }
    }
  }
}

template <typename Tile, bool kInt4, bool kZeros>
void launchTiles(const IntGemmArgs& args, StreamHandle stream) {
  const std::int64_t rowTiles = (args.rows + Tile::kRows - 1) / Tile::kRows;
  const std::int64_t colTiles = (args.shape.out + Tile::kOut - 1) / Tile::kOut;
  launchKernel("intGemm", intGemmKernel<Tile, kInt4, kZeros>, rowTiles * colTiles, Tile::kThreads,
               IntStages<Tile, kInt4>::kBytes, stream, args, static_cast<int>(rowTiles), static_cast<int>(colTiles));
}

template <typename Tile>
void launchTiles(const IntGemmArgs& args, StreamHandle stream) {
  if (args.shape.int4) {
    args.zeros != nullptr ? launchTiles<Tile, true, true>(args, stream) : launchTiles<Tile, true, false>(args, stream);
  } else {
    args.zeros != nullptr ? launchTiles<Tile, false, true>(args, stream)
                          : launchTiles<Tile, false, false>(args, stream);
  }
}

void launchIntGemm(const IntGemmArgs& args, IntPath path, StreamHandle stream) {
  if (args.rows == 0 || args.shape.out == 0) return;
  switch (path) {
    case IntPath::Skinny:
      return launchIntSkinny(args, stream);
    case IntPath::SmallTiles:
      return launchTiles<SmallIntTile>(args, stream);
    case IntPath::LargeTiles:
      return launchTiles<LargeIntTile>(args, stream);
  }
}

}  // namespace oscope::gpu
