// Kernels of matmul_ops.h. Included by matmul_ops.cu after device_ops.cuh, and by tests after their emulation of it.
#pragma once

#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/matmul_ops.h"
#include "gpu/kernels/pieces.cuh"
#include "gpu/kernels/split_math.h"

namespace oscope::gpu {
namespace {

constexpr int kMatmulThreads = 256;

constexpr int kMaxRows = 32;  // of a block: each warp looks at several before it touches the sequence's maximum

template <int kStep>
__global__ void absMaxKernel(const float* x, std::int64_t rows, std::int64_t cols, const std::int32_t* sequences,
                             std::uint32_t* absMaxBits) {
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const std::int64_t end = (blockIdx.x + std::int64_t{1}) * kMaxRows;
  std::uint32_t largest = 0;
  std::int32_t sequence = -1;
  float values[kStep];
  const auto hand = [&] {
    largest = warpMax(largest);
    if (lane == 0 && sequence >= 0) atomicMax(absMaxBits + sequence, largest);  // exact in any order
  };
  for (std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kMaxRows + warp; row < end && row < rows;
       row += kMatmulThreads / 32) {
    if (sequences[row] != sequence) {
      hand();
      sequence = sequences[row];
      largest = 0;
    }
    for (std::int64_t c = static_cast<std::int64_t>(lane) * kStep; c < cols; c += 32 * kStep) {
      loadPiece(x + row * cols + c, values);
      for (float value : values) {
        const std::uint32_t bits = bitsOf(value) & kMagnitudeBits;
        largest = bits > largest ? bits : largest;
      }
    }
  }
  hand();
}

__global__ void shiftKernel(const std::uint32_t* absMaxBits, std::int64_t count, float* shift, float* unshift) {
  for (std::int64_t s = firstOfGrid(); s < count; s += gridStep()) {
    const int exponent = fp16Shift(absMaxBits[s]);
    shift[s] = powerOfTwo(exponent);
    unshift[s] = powerOfTwo(-exponent);
  }
}

__global__ void zeroKernel(std::uint32_t* values, std::int64_t count) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) values[i] = 0;
}

// One block per row.
template <bool kFp16, int kTerms, int kStep>
__global__ void splitKernel(const float* x, std::int64_t rows, std::int64_t cols, const std::int32_t* sequences,
                            const float* shift, std::uint16_t* out) {
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const float scale = kFp16 ? shift[sequences[row]] : 1.0f;
    for (std::int64_t c = static_cast<std::int64_t>(threadIdx.x) * kStep; c < cols; c += blockDim.x * kStep) {
      float values[kStep];
      std::uint16_t terms[kTerms][kStep];
      loadPiece(x + row * cols + c, values);
#pragma unroll
      for (int i = 0; i < kStep; ++i) {
        if constexpr (kFp16) {
          splitFp16(values[i] * scale, kTerms, &terms[0][i], kStep);
        } else {
          splitBf16(values[i], kTerms, &terms[0][i], kStep);
        }
      }
#pragma unroll
      for (int t = 0; t < kTerms; ++t) storePiece(out + (t * rows + row) * cols + c, terms[t]);
    }
  }
}

template <bool kFp16, int kTerms>
void launchSplitOf(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols,
                   const std::int32_t* sequences, const float* shift, std::uint16_t* out) {
  launchKernel("split", takesWidePieces(cols) ? splitKernel<kFp16, kTerms, kWidePiece> : splitKernel<kFp16, kTerms, 1>,
               blocksFor(rows, 1), threadsForRow(cols, kMatmulThreads), 0, stream, x, rows, cols, sequences, shift,
               out);
}

constexpr int kMatmulTile = 32;

// 16 x 16 threads make a tile of 32 x 32 outputs, 2 x 2 each.
__global__ void plainMatmulKernel(const float* x, std::int64_t rows, std::int64_t in, const void* w, FloatType type,
                                  std::int64_t out, float* y) {
  __shared__ float xs[kMatmulTile][kMatmulTile + 1], ws[kMatmulTile][kMatmulTile + 1];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const std::int64_t outTiles = (out + kMatmulTile - 1) / kMatmulTile,
                     tiles = outTiles * ((rows + kMatmulTile - 1) / kMatmulTile);
  for (std::int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const std::int64_t row0 = tile / outTiles * kMatmulTile, out0 = tile % outTiles * kMatmulTile;
    float sums[2][2] = {};
    for (std::int64_t k0 = 0; k0 < in; k0 += kMatmulTile) {
      for (int i = threadIdx.x; i < kMatmulTile * kMatmulTile; i += blockDim.x) {
        const int r = i / kMatmulTile, c = i % kMatmulTile;
        const bool inside = k0 + c < in;
        xs[r][c] = inside && row0 + r < rows ? x[(row0 + r) * in + k0 + c] : 0.0f;
        ws[r][c] = inside && out0 + r < out ? loadFloat(w, type, (out0 + r) * in + k0 + c) : 0.0f;
      }
      __syncthreads();
      for (int k = 0; k < kMatmulTile; ++k) {
        for (int i = 0; i < 2; ++i) {
          for (int j = 0; j < 2; ++j) sums[i][j] = fmaf(xs[ty + 16 * i][k], ws[tx + 16 * j][k], sums[i][j]);
        }
      }
      __syncthreads();
    }
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 2; ++j) {
        const std::int64_t row = row0 + ty + 16 * i, col = out0 + tx + 16 * j;
        if (row < rows && col < out) y[row * out + col] = sums[i][j];
      }
    }
  }
}

}  // namespace

void launchFp16Shifts(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols,
                      const std::int32_t* sequences, std::int64_t sequenceCount, std::uint32_t* absMaxBits,
                      float* shift, float* unshift) {
  if (rows * cols == 0) return;
  launchKernel("fp16Shifts", zeroKernel, blocksFor(sequenceCount, kMatmulThreads), kMatmulThreads, 0, stream,
               absMaxBits, sequenceCount);
  launchKernel("fp16Shifts", takesWidePieces(cols) ? absMaxKernel<kWidePiece> : absMaxKernel<1>,
               (rows + kMaxRows - 1) / kMaxRows, kMatmulThreads, 0, stream, x, rows, cols, sequences, absMaxBits);
  launchKernel("fp16Shifts", shiftKernel, blocksFor(sequenceCount, kMatmulThreads), kMatmulThreads, 0, stream,
               absMaxBits, sequenceCount, shift, unshift);
}

void launchSplit(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols, FloatType type, int terms,
                 const std::int32_t* sequences, const float* shift, std::uint16_t* out) {
  if (rows * cols == 0) return;
  const bool one = terms == 1;
  if (type == FloatType::BF16) {
    const auto launch = one ? launchSplitOf<false, 1> : launchSplitOf<false, kMostTerms>;
    launch(stream, x, rows, cols, sequences, shift, out);
  } else {
    const auto launch = one ? launchSplitOf<true, 1> : launchSplitOf<true, kMostTerms>;
    launch(stream, x, rows, cols, sequences, shift, out);
  }
}

void launchPlainMatmul(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t in, const void* w,
                       FloatType type, std::int64_t out, float* y) {
  if (rows * out == 0) return;
  const std::int64_t tiles = ((rows + kMatmulTile - 1) / kMatmulTile) * ((out + kMatmulTile - 1) / kMatmulTile);
  launchKernel("plainMatmul", plainMatmulKernel, blocksFor(tiles, 1), kMatmulThreads, 0, stream, x, rows, in, w, type,
               out, y);
}

}  // namespace oscope::gpu
