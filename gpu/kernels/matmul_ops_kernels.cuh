// Kernels of matmul_ops.h. Included by matmul_ops.cu after device_ops.cuh, and by tests after their emulation of it.
#pragma once

#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/matmul_ops.h"
#include "gpu/kernels/split_math.h"

namespace oscope::gpu {
namespace {

constexpr int kMatmulThreads = 256;

__global__ void absMaxKernel(const float* x, std::int64_t rows, std::int64_t cols, const std::int32_t* sequences,
                             std::uint32_t* absMaxBits) {
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    std::uint32_t largest = 0;
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) {
      const std::uint32_t bits = bitsOf(x[row * cols + c]) & 0x7FFFFFFFu;
      largest = bits > largest ? bits : largest;
    }
    for (int offset = 16; offset > 0; offset /= 2) {
      const std::uint32_t other = warpXor(largest, offset);
      largest = other > largest ? other : largest;
    }
    if (threadIdx.x % 32 == 0) atomicMax(absMaxBits + sequences[row], largest);  // exact in any order
  }
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

__global__ void splitBf16Kernel(const float* x, std::int64_t count, int terms, std::uint16_t* out) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) splitBf16(x[i], terms, out + i, count);
}

__global__ void splitFp16Kernel(const float* x, std::int64_t count, std::int64_t cols, int terms,
                                const std::int32_t* sequences, const float* shift, std::uint16_t* out) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) {
    splitFp16(x[i] * shift[sequences[i / cols]], terms, out + i, count);
  }
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
  launchKernel("fp16Shifts", absMaxKernel, blocksFor(rows, 1), kMatmulThreads, 0, stream, x, rows, cols, sequences,
               absMaxBits);
  launchKernel("fp16Shifts", shiftKernel, blocksFor(sequenceCount, kMatmulThreads), kMatmulThreads, 0, stream,
               absMaxBits, sequenceCount, shift, unshift);
}

void launchSplit(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols, FloatType type, int terms,
                 const std::int32_t* sequences, const float* shift, std::uint16_t* out) {
  const std::int64_t count = rows * cols;
  if (count == 0) return;
  const unsigned blocks = blocksFor(count, kMatmulThreads);
  if (type == FloatType::BF16) {
    launchKernel("splitBf16", splitBf16Kernel, blocks, kMatmulThreads, 0, stream, x, count, terms, out);
  } else {
    launchKernel("splitFp16", splitFp16Kernel, blocks, kMatmulThreads, 0, stream, x, count, cols, terms, sequences,
                 shift, out);
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
