// Kernels of compare_ops.h. Included by compare_ops.cu after device_ops.cuh, and by tests after their emulation of it.
#pragma once

#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/compare_ops.h"
#include "gpu/kernels/float_bits.h"

namespace oscope::gpu {
namespace {

constexpr int kCompareThreads = 256;
constexpr int kCompareWarps = kCompareThreads / 32;

__global__ void __launch_bounds__(kCompareThreads)
    rowEnergiesKernel(const float* x, std::int64_t rows, std::int64_t cols, double* sums) {
  __shared__ double partial[kMostWarps];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    double sum = 0;
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) {
      const double value = x[row * cols + c];
      sum += value * value;
    }
    sum = blockSum(sum, partial);
    if (threadIdx.x == 0) sums[row] = sum;
  }
}

// One block per sequence.
__global__ void __launch_bounds__(kCompareThreads)
    sequenceSumsKernel(const double* rowSums, const std::int64_t* starts, double* sums) {
  __shared__ double partial[kMostWarps];
  double sum = 0;
  for (std::int64_t row = starts[blockIdx.x] + threadIdx.x; row < starts[blockIdx.x + 1]; row += blockDim.x) {
    sum += rowSums[row];
  }
  sum = blockSum(sum, partial);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

__global__ void __launch_bounds__(kCompareThreads)
    rowPairSumsKernel(const float* a, const float* b, std::int64_t rows, std::int64_t cols, double* sums) {
  __shared__ double partial[kMostWarps];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    double aa = 0, dd = 0, ab = 0, bb = 0;
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) {
      const double u = a[row * cols + c], v = b[row * cols + c];
      aa += u * u;
      dd += (u - v) * (u - v);
      ab += u * v;
      bb += v * v;
    }
    aa = blockSum(aa, partial);
    dd = blockSum(dd, partial);
    ab = blockSum(ab, partial);
    bb = blockSum(bb, partial);
    if (threadIdx.x != 0) continue;
    sums[row * 4] = aa;
    sums[row * 4 + 1] = dd;
    sums[row * 4 + 2] = ab;
    sums[row * 4 + 3] = bb;
  }
}

// Bits of |value|: ordered as the values are, infinity above the finite ones and NaN above all.
__device__ std::uint64_t magnitudeBits(double value) {
  return bitsOf(value) & 0x7FFFFFFFFFFFFFFFull;
}

__device__ std::uint64_t largerOf(std::uint64_t a, std::uint64_t b) {
  return a > b ? a : b;
}

// Exact in any order. Two atomics of a block for thousands of elements.
__global__ void __launch_bounds__(kCompareThreads)
    largestKernel(const float* a, const float* b, std::int64_t count, unsigned long long* largest) {
  __shared__ std::uint64_t differences[kCompareWarps], sizes[kCompareWarps];
  std::uint64_t difference = 0, size = 0;
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) {
    const double u = a[i], v = b[i];
    difference = largerOf(difference, magnitudeBits(u - v));
    size = largerOf(size, magnitudeBits(v));
  }
  for (int offset = 16; offset > 0; offset /= 2) {
    difference = largerOf(difference, warpXor(difference, offset));
    size = largerOf(size, warpXor(size, offset));
  }
  if (threadIdx.x % 32 == 0) {
    differences[threadIdx.x / 32] = difference;
    sizes[threadIdx.x / 32] = size;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (int warp = 1; warp < kCompareWarps; ++warp) {
    difference = largerOf(difference, differences[warp]);
    size = largerOf(size, sizes[warp]);
  }
  atomicMax(largest, static_cast<unsigned long long>(difference));
  atomicMax(largest + 1, static_cast<unsigned long long>(size));
}

struct Largest {
  float value;
  std::int32_t index;
};

// The larger value, of equal ones the first. NaN is never larger.
__device__ Largest largerOf(Largest a, Largest b) {
  return b.value > a.value || (b.value == a.value && b.index < a.index) ? b : a;
}

// The first of equal maxima; a row that begins with NaN keeps index 0.
__device__ Largest rowMaximum(const float* x, std::int64_t n, Largest* partial) {
  Largest best{x[0], 0};
  for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    best = largerOf(best, {x[i], static_cast<std::int32_t>(i)});
  }
  for (int offset = 16; offset > 0; offset /= 2) {
    const Largest other{warpXor(best.value, offset), warpXor(best.index, offset)};
    best = largerOf(best, other);
  }
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = best;
  __syncthreads();
  for (int warp = 0; warp < kCompareWarps; ++warp) best = largerOf(best, partial[warp]);
  __syncthreads();
  return best;
}

struct RowSoftmax {
  std::int32_t argmax;
  double logSum;  // log sum exp(x)
};

__device__ RowSoftmax softmaxOf(const float* x, std::int64_t n, Largest* largest, double* partial) {
  const Largest top = rowMaximum(x, n, largest);
  double sum = 0;
  for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x) sum += exp(static_cast<double>(x[i]) - top.value);
  return {top.index, top.value + log(blockSum(sum, partial))};
}

__global__ void __launch_bounds__(kCompareThreads)
    compareLogitsKernel(const float* a, const float* b, const std::int32_t* targets, std::int64_t rows,
                        std::int64_t cols, LogitRow* out) {
  __shared__ Largest largest[kMostWarps];
  __shared__ double partial[kMostWarps];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* rowA = a + row * cols;
    const float* rowB = b != nullptr ? b + row * cols : rowA;
    const RowSoftmax softA = softmaxOf(rowA, cols, largest, partial);
    RowSoftmax softB = softA;
    double kl = 0;
    if (b != nullptr) {
      softB = softmaxOf(rowB, cols, largest, partial);
      for (std::int64_t i = threadIdx.x; i < cols; i += blockDim.x) {
        const double logA = rowA[i] - softA.logSum, logB = rowB[i] - softB.logSum;
        kl += exp(logA) * (logA - logB);
      }
      kl = blockSum(kl, partial);
    }
    if (threadIdx.x != 0) continue;
    const std::int32_t target = targets[row];
    LogitRow result{0, 0, kl, softA.argmax, softB.argmax};
    if (target >= 0) {
      result.nllA = softA.logSum - rowA[target];
      result.nllB = softB.logSum - rowB[target];
    }
    out[row] = result;
  }
}

}  // namespace

void launchRowEnergies(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols, double* sums) {
  if (rows == 0) return;
  launchKernel("energies", rowEnergiesKernel, blocksFor(rows, 1), kCompareThreads, 0, stream, x, rows, cols, sums);
}

void launchSequenceSums(StreamHandle stream, const double* rowSums, const std::int64_t* starts, std::int64_t sequences,
                        double* sums) {
  if (sequences == 0) return;
  launchKernel("energies", sequenceSumsKernel, sequences, kCompareThreads, 0, stream, rowSums, starts, sums);
}

void launchRowPairSums(StreamHandle stream, const float* a, const float* b, std::int64_t rows, std::int64_t cols,
                       double* sums) {
  if (rows == 0) return;
  launchKernel("compare", rowPairSumsKernel, blocksFor(rows, 1), kCompareThreads, 0, stream, a, b, rows, cols, sums);
}

void launchLargest(StreamHandle stream, const float* a, const float* b, std::int64_t count,
                   unsigned long long* largest) {
  constexpr std::int64_t kPerBlock = 32 * kCompareThreads;
  if (count == 0) return;
  launchKernel("largest", largestKernel, blocksFor(count, kPerBlock), kCompareThreads, 0, stream, a, b, count, largest);
}

void launchCompareLogits(StreamHandle stream, const float* a, const float* b, const std::int32_t* targets,
                         std::int64_t rows, std::int64_t cols, LogitRow* out) {
  if (rows == 0) return;
  launchKernel("compareLogits", compareLogitsKernel, blocksFor(rows, 1), kCompareThreads, 0, stream, a, b, targets,
               rows, cols, out);
}

}  // namespace oscope::gpu
