// x^T x in float32 tiles, added in float64. Included after device_ops.cuh or its emulation.
//
// A block owns a 128 x 128 tile of the upper triangle and walks the sequences in order, so nothing is added by two
// blocks and the bits don't depend on how sequences are batched. Rows of x are already the k-major operands of both
// sides: stages are plain copies.
#pragma once

#include "gpu/kernels/observe.h"

namespace oscope::gpu {

inline constexpr int kGramTile = 128;
inline constexpr int kGramRows = 16;  ///< of a stage
inline constexpr int kGramStages = 3;
inline constexpr int kGramThreads = 256;

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
    copyAsync<kStep * 4>(stage + r * kGramTile + c, live ? x + (row + r) * channels + first + c : x, live);
  }
}

template <bool kWide>
__global__ void __launch_bounds__(kGramThreads)
    gramKernel(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels,
               double* gram) {
  __shared__ uint4 memory[kGramStages * 2 * kGramRows * kGramTile / 4];
  constexpr int kStageFloats = kGramRows * kGramTile;
  std::int64_t tileI, tileJ;
  gramTileOf(blockIdx.x, (channels + kGramTile - 1) / kGramTile, tileI, tileJ);
  const std::int64_t firstI = tileI * kGramTile, firstJ = tileJ * kGramTile;
  // Each thread has two runs of four rows and two of four columns, 64 apart.
  const int rowOf = static_cast<int>(threadIdx.x) / 16 * 4, colOf = static_cast<int>(threadIdx.x) % 16 * 4;
  float* stages = reinterpret_cast<float*>(memory);
  const auto load = [&](std::int64_t s, std::int64_t start, std::int64_t length) {
    float* left = stages + s % kGramStages * 2 * kStageFloats;
    const std::int64_t row = s * kGramRows;
    loadGram<kWide>(x, channels, start + row, length - row, firstI, left);
    if (tileI != tileJ) loadGram<kWide>(x, channels, start + row, length - row, firstJ, left + kStageFloats);
  };

  for (std::int64_t sequence = 0; sequence < sequences; ++sequence) {
    const std::int64_t start = starts[sequence], length = starts[sequence + 1] - start;
    const std::int64_t total = (length + kGramRows - 1) / kGramRows;
    float sums[8][8] = {};
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
      const float* left = stages + s % kGramStages * 2 * kStageFloats;
      const float* right = tileI == tileJ ? left : left + kStageFloats;
#pragma unroll 4
      for (int r = 0; r < kGramRows; ++r) {
        float a[8], b[8];
#pragma unroll
        for (int i = 0; i < 8; ++i) {
          a[i] = left[r * kGramTile + rowOf + i / 4 * 64 + i % 4];
          b[i] = right[r * kGramTile + colOf + i / 4 * 64 + i % 4];
        }
#pragma unroll
        for (int i = 0; i < 8; ++i) {
#pragma unroll
          for (int j = 0; j < 8; ++j) sums[i][j] = fmaf(a[i], b[j], sums[i][j]);
        }
      }
    }
#pragma unroll
    for (int i = 0; i < 8; ++i) {
#pragma unroll
      for (int j = 0; j < 8; ++j) {
        const std::int64_t row = firstI + rowOf + i / 4 * 64 + i % 4, col = firstJ + colOf + j / 4 * 64 + j % 4;
        if (row < channels && col < channels) gram[row * channels + col] += sums[i][j];
      }
    }
  }
}

void launchGram(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels, double* gram,
                StreamHandle stream) {
  const std::int64_t tiles = (channels + kGramTile - 1) / kGramTile;
  if (tiles == 0 || sequences == 0) return;
  launchKernel("gram", channels % 4 == 0 ? gramKernel<true> : gramKernel<false>, tiles * (tiles + 1) / 2, kGramThreads,
               0, stream, x, starts, sequences, channels, gram);
}

}  // namespace oscope::gpu
