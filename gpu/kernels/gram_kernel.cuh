// x^T x in float32 tiles, added in float64. Included after device_ops.cuh or its emulation.
//
// A block owns a 128 x 128 tile of the upper triangle and walks the sequences in order, so nothing is added by two
// blocks and the bits don't depend on how sequences are batched. Each value is split into two TF32 values, and three
// products of tensor cores make one of float32's precision. Their own sums are cut off rather than rounded: every 64
// rows they are added to float32 sums.
#pragma once

#include "gpu/kernels/float_math.h"
#include "gpu/kernels/observe.h"

namespace oscope::gpu {

inline constexpr int kGramTile = 128;
inline constexpr int kGramRows = 16;  ///< of a stage
inline constexpr int kGramStages = 3;
inline constexpr int kGramThreads = 256;
inline constexpr int kGramPitch = kGramTile + 8;  ///< floats per row of a stage: lanes then meet 32 different banks
inline constexpr int kGramStageFloats = kGramRows * kGramPitch;
inline constexpr int kGramBytes = kGramStages * 2 * kGramStageFloats * static_cast<int>(sizeof(float));
inline constexpr int kGramStagesPerSum = 4;  ///< 64 rows

/// Tile pairs (i, j) with i <= j, row by row.
OSCOPE_HD void gramTileOf(std::int64_t item, std::int64_t tiles, std::int64_t& i, std::int64_t& j) {
  i = 0;
  while (item >= tiles - i) item -= tiles - i++;
  j = i + item;
}

/// Channels [first, first + 128) of rows [row, row + 16), zeros outside.
template <bool kWide>
__device__ inline void loadGram(const float* x, std::int64_t channels, std::int64_t row, std::int64_t rows,
                                std::int64_t first, float* stage) {
  constexpr int kStep = kWide ? 4 : 1;
  constexpr int kParts = kGramTile / kStep;
  for (int part = static_cast<int>(threadIdx.x); part < kGramRows * kParts; part += kGramThreads) {
    const int r = part / kParts, c = part % kParts * kStep;
    const bool live = r < rows && first + c < channels;
    copyAsync<kStep * 4>(stage + r * kGramPitch + c, live ? x + (row + r) * channels + first + c : x, live);
  }
}

/// Rows [k, k + 8) of the warp's 64 x 32 outputs: sums += left^T right.
__device__ inline void addGramStep(const float* left, const float* right, int g, int t, float (&sums)[4][4][4]) {
  float highB[4][2], lowB[4][2];
#pragma unroll
  for (int n = 0; n < 4; ++n) {
#pragma unroll
    for (int i = 0; i < 2; ++i) splitTf32(right[(t + 4 * i) * kGramPitch + n * 8 + g], highB[n][i], lowB[n][i]);
  }
#pragma unroll
  for (int m = 0; m < 4; ++m) {
    float highA[4], lowA[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      splitTf32(left[(t + i / 2 * 4) * kGramPitch + m * 16 + g + i % 2 * 8], highA[i], lowA[i]);
    }
#pragma unroll
    for (int n = 0; n < 4; ++n) {
      multiplyTf32(sums[m][n], lowA, highB[n]);
      multiplyTf32(sums[m][n], highA, lowB[n]);
      multiplyTf32(sums[m][n], highA, highB[n]);
    }
  }
}

template <bool kWide>
__global__ void __launch_bounds__(kGramThreads)
    gramKernel(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels,
               double* gram) {
  std::int64_t tileI, tileJ;
  gramTileOf(blockIdx.x, (channels + kGramTile - 1) / kGramTile, tileI, tileJ);
  const std::int64_t firstI = tileI * kGramTile, firstJ = tileJ * kGramTile;
  // Two by four warps, 64 x 32 outputs each.
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int g = lane / 4, t = lane % 4, warpRow = warp / 4 * 64, warpCol = warp % 4 * 32;
  auto* stages = reinterpret_cast<float*>(launchShared());
  const auto load = [&](std::int64_t s, std::int64_t start, std::int64_t length) {
    float* left = stages + s % kGramStages * 2 * kGramStageFloats;
    const std::int64_t row = s * kGramRows;
    loadGram<kWide>(x, channels, start + row, length - row, firstI, left);
    if (tileI != tileJ) loadGram<kWide>(x, channels, start + row, length - row, firstJ, left + kGramStageFloats);
  };

  for (std::int64_t sequence = 0; sequence < sequences; ++sequence) {
    const std::int64_t start = starts[sequence], length = starts[sequence + 1] - start;
    const std::int64_t total = (length + kGramRows - 1) / kGramRows;
    float sums[4][4][4] = {}, parts[4][4][4] = {};
    __syncthreads();  // the last stages of the sequence before are no longer read
    for (int s = 0; s < kGramStages - 1; ++s) {
      if (s < total) load(s, start, length);
      commitCopies();
    }
    for (std::int64_t s = 0; s < total; ++s) {
      waitForCopies<kGramStages - 2>();
      __syncthreads();
      if (s + kGramStages - 1 < total) load(s + kGramStages - 1, start, length);
      commitCopies();
      const float* left = stages + s % kGramStages * 2 * kGramStageFloats;
      const float* right = (tileI == tileJ ? left : left + kGramStageFloats) + warpCol;
#pragma unroll 1
      for (int k = 0; k < kGramRows; k += 8) {
        addGramStep(left + warpRow + k * kGramPitch, right + k * kGramPitch, g, t, parts);
      }
      if ((s + 1) % kGramStagesPerSum != 0 && s + 1 < total) continue;
#pragma unroll
      for (int at = 0; at < 64; ++at) {
        sums[at / 16][at / 4 % 4][at % 4] += parts[at / 16][at / 4 % 4][at % 4];
        parts[at / 16][at / 4 % 4][at % 4] = 0.0f;
      }
    }
#pragma unroll
    for (int at = 0; at < 64; ++at) {
      const int m = at / 16, n = at / 4 % 4, c = at % 4;
      const std::int64_t row = firstI + warpRow + m * 16 + g + c / 2 * 8,
                         col = firstJ + warpCol + n * 8 + 2 * t + c % 2;
      if (row < channels && col < channels) gram[row * channels + col] += sums[m][n][c];
    }
  }
}

void launchGram(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels, double* gram,
                StreamHandle stream) {
  const std::int64_t tiles = (channels + kGramTile - 1) / kGramTile;
  if (tiles == 0 || sequences == 0) return;
  launchKernel("gram", channels % 4 == 0 ? gramKernel<true> : gramKernel<false>, tiles * (tiles + 1) / 2, kGramThreads,
               kGramBytes, stream, x, starts, sequences, channels, gram);
}

}  // namespace oscope::gpu
