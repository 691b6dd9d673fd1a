// All reductions of a site but gram and extremes in one read of its activation.
//
// A block takes 32 channels of one sequence and lets stages of 64 rows arrive through shared memory. Eight warps share
// the rows: a lane owns a channel, so ranges live in registers and no two lanes count into one bin. The ninth warp
// walks all rows in order and sums in float64: one partial sum per sequence and channel, with the bits of the CPU's.
// Included by observe.cu after device_ops.cuh, and by tests after their emulation of it.
#pragma once

#include "gpu/kernels/float_math.h"
#include "gpu/kernels/observe.h"
#include "gpu/kernels/pieces.cuh"

namespace oscope::gpu {

inline constexpr int kObserveChannels = 32;  ///< of a block: one per lane
inline constexpr int kObserveRows = 64;      ///< of a stage
inline constexpr int kObserveStages = 4;
inline constexpr int kObserveWarps = 8;  ///< that share the rows
inline constexpr int kObserveThreads = (kObserveWarps + 1) * 32;
inline constexpr int kCountStride = 33;  ///< bins lie so that neither counting nor writing out meets bank conflicts

/// Starts the copy of rows [row, row + 64) of the block's channels; what lies outside becomes 0.
template <bool kWide>
__device__ inline void loadObserved(const ObserveArgs& args, std::int64_t row, std::int64_t rows, std::int64_t first,
                                    float* stage) {
  constexpr int kStep = kWide ? 4 : 1;  // floats per copy
  constexpr int kParts = kObserveChannels / kStep;
  for (int part = static_cast<int>(threadIdx.x); part < kObserveRows * kParts; part += kObserveThreads) {
    const int r = part / kParts, c = part % kParts * kStep;
    const bool live = r < rows && first + c < args.channels;
    const float* from = live ? args.x + (row + r) * args.channels + first + c : args.x;
    copyAsync<kStep * 4>(stage + r * kObserveChannels + c, from, live);
  }
}

/// Rows of a stage as bf16, by the warps that share the rows.
template <bool kWide>
__device__ inline void writeHalves(const ObserveArgs& args, const float* stage, std::int64_t firstRow, int rows,
                                   std::int64_t first) {
  constexpr int kStep = kWide ? kWidePiece : 1;
  constexpr int kParts = kObserveChannels / kStep;
  for (int part = static_cast<int>(threadIdx.x); part < rows * kParts; part += kObserveWarps * 32) {
    const int r = part / kParts, c = part % kParts * kStep;
    if (first + c >= args.channels) continue;
    float values[kStep];
    std::uint16_t halves[kStep];
    loadPiece(stage + r * kObserveChannels + c, values);
#pragma unroll
    for (int i = 0; i < kStep; ++i) halves[i] = toBf16(values[i]);
    storePiece(args.halves + (firstRow + r) * args.channels + first + c, halves);
  }
}

/// kWide: the channels are a multiple of 4.
template <bool kWide>
__global__ void __launch_bounds__(kObserveThreads) observeKernel(ObserveArgs args, int tiles) {
  __shared__ uint4 memory[kObserveStages * kObserveRows * kObserveChannels / 4];
  __shared__ unsigned counts[kHistogramBins * kCountStride];
  constexpr int kStageFloats = kObserveRows * kObserveChannels;
  float* stages = reinterpret_cast<float*>(memory);
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const std::int64_t sequence = blockIdx.x / static_cast<unsigned>(tiles);
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x % static_cast<unsigned>(tiles)) * kObserveChannels;
  const std::int64_t channel = first + lane;
  const bool live = channel < args.channels;
  const std::int64_t start = args.starts[sequence], length = args.starts[sequence + 1] - start;
  const std::int64_t total = (length + kObserveRows - 1) / kObserveRows;

  for (int i = static_cast<int>(threadIdx.x); i < kHistogramBins * kCountStride; i += kObserveThreads) counts[i] = 0;
  for (int s = 0; s < kObserveStages - 1; ++s) {
    const std::int64_t row = static_cast<std::int64_t>(s) * kObserveRows;
    if (s < total) loadObserved<kWide>(args, start + row, length - row, first, stages + s * kStageFloats);
    commitCopies();
  }

  std::int32_t top = -1, low = 0x7FFFFFFF, high = -0x7FFFFFFF - 1;
  std::int64_t topRow = 0;
  unsigned long long bad = 0, badPlace = ~0ull;
  double sum = 0, sumAbs = 0, sumSq = 0;
  for (std::int64_t s = 0; s < total; ++s) {
    waitForCopies<kObserveStages - 2>();
    __syncthreads();  // stage s is there for all, and all are done with the one that is loaded next
    const std::int64_t next = s + kObserveStages - 1;
    if (next < total) {
      loadObserved<kWide>(args, start + next * kObserveRows, length - next * kObserveRows, first,
                          stages + next % kObserveStages * kStageFloats);
    }
    commitCopies();
    const float* rowsOfStage = stages + s % kObserveStages * kStageFloats;
    const float* stage = rowsOfStage + lane;
    const std::int64_t firstRow = start + s * kObserveRows, left = length - s * kObserveRows;
    const int rows = left < kObserveRows ? static_cast<int>(left) : kObserveRows;
    if (warp == kObserveWarps) {
      if (args.partials == nullptr) continue;
#pragma unroll 8
      for (int r = 0; r < rows; ++r) {
        const double v = finiteOrZero(stage[r * kObserveChannels]);
        sum += v;
        sumAbs += v < 0 ? -v : v;
        sumSq = fma(v, v, sumSq);  // the product of two floats is exact: fused or not, the same bits
      }
      continue;
    }
    if (args.halves != nullptr) writeHalves<kWide>(args, rowsOfStage, firstRow, rows, first);
    unsigned ownRowMax = 0;
#pragma unroll 4
    for (int r = warp; r < rows; r += kObserveWarps) {
      float v = stage[r * kObserveChannels];
      std::uint32_t size = bitsOf(v) & kMagnitudeBits;
      if (size >= kInfinityBits) {
        if (live) {
          const unsigned long long place =
              placeOf(static_cast<std::uint64_t>(args.firstToken + firstRow + r), static_cast<std::uint64_t>(channel));
          badPlace = place < badPlace ? place : badPlace;
          ++bad;
        }
        v = 0.0f;
        size = 0;
      }
      if (static_cast<std::int32_t>(size) > top) {
        top = static_cast<std::int32_t>(size);
        topRow = firstRow + r;
      }
      const std::int32_t ordered = orderedOf(v);
      low = ordered < low ? ordered : low;
      high = ordered > high ? ordered : high;
      if (args.rowMax != nullptr) {
        const std::uint32_t largest = warpMax(size);
        ownRowMax = lane == r / kObserveWarps ? largest : ownRowMax;
      }
      if (args.histogram != nullptr && live) atomicAdd(&counts[histogramBinOfBits(size) * kCountStride + lane], 1u);
    }
    const int ownRow = lane * kObserveWarps + warp;
    if (args.rowMax != nullptr && ownRow < rows) atomicMax(args.rowMax + firstRow + ownRow, ownRowMax);
  }

  if (warp == kObserveWarps) {
    if (args.partials != nullptr && live) {
      double* target = args.partials + sequence * 3 * args.channels + channel;
      target[0] = sum;
      target[args.channels] = sumAbs;
      target[2 * args.channels] = sumSq;
    }
  } else if (live && top >= 0) {
    if (args.absmax != nullptr) {
      atomicMax(args.absmax + channel,
                static_cast<unsigned long long>(
                    absmaxKey(static_cast<std::uint32_t>(top), static_cast<std::uint64_t>(args.firstToken + topRow))));
      atomicMin(args.low + channel, low);
      atomicMax(args.high + channel, high);
    }
    if (bad != 0) {
      atomicAdd(args.nonFinite, bad);
      atomicMin(args.nonFinite + 1, badPlace);
    }
  }
  if (args.histogram == nullptr) return;
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < kHistogramBins * kObserveChannels; i += kObserveThreads) {
    const int c = i / kHistogramBins, bin = i % kHistogramBins;
    const unsigned count = counts[bin * kCountStride + c];
    if (count != 0 && first + c < args.channels) atomicAdd(args.histogram + (first + c) * kHistogramBins + bin, count);
  }
}

/// One thread per sum; sequences in order, as the CPU adds them.
__global__ void addPartialsKernel(const double* partials, std::int64_t sequences, std::int64_t sums, Fixed128* into) {
  const std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (at >= sums) return;
  Fixed128 sum = into[at];
  for (std::int64_t s = 0; s < sequences; ++s) sum = addSaturating(sum, toFixed(partials[s * sums + at]));
  into[at] = sum;
}

/// One block per sampled row.
__global__ void sampleRowsKernel(const float* x, std::int64_t channels, std::int64_t firstToken,
                                 const std::int64_t* tokens, const unsigned* rowMax, std::uint16_t* halves,
                                 int* exponents) {
  const std::int64_t row = tokens[blockIdx.x] - firstToken;
  const int exponent = rowExponentOfBits(rowMax[row]);
  const float factor = inversePowerOfTwo(exponent);
  const float* from = x + row * channels;
  std::uint16_t* to = halves + static_cast<std::int64_t>(blockIdx.x) * channels;
  for (std::int64_t c = threadIdx.x; c < channels; c += blockDim.x) to[c] = toFp16(finiteOrZero(from[c]) * factor);
  if (threadIdx.x == 0) exponents[blockIdx.x] = exponent;
}

void launchObserve(const ObserveArgs& args, StreamHandle stream) {
  const std::int64_t tiles = (args.channels + kObserveChannels - 1) / kObserveChannels;
  if (args.sequences == 0 || tiles == 0) return;
  launchKernel("observe", args.channels % 4 == 0 ? observeKernel<true> : observeKernel<false>, tiles * args.sequences,
               kObserveThreads, 0, stream, args, static_cast<int>(tiles));
}

void launchAddPartials(const double* partials, std::int64_t sequences, std::int64_t channels, Fixed128* sums,
                       StreamHandle stream) {
  constexpr int kThreads = 128;
  const std::int64_t count = 3 * channels;
  if (count == 0 || sequences == 0) return;
  launchKernel("addPartials", addPartialsKernel, (count + kThreads - 1) / kThreads, kThreads, 0, stream, partials,
               sequences, count, sums);
}

void launchSampleRows(const float* x, std::int64_t channels, std::int64_t firstToken, const std::int64_t* tokens,
                      std::int64_t count, const unsigned* rowMax, std::uint16_t* halves, int* exponents,
                      StreamHandle stream) {
  if (count == 0) return;
  launchKernel("sampleRows", sampleRowsKernel, count, 256, 0, stream, x, channels, firstToken, tokens, rowMax, halves,
               exponents);
}

}  // namespace oscope::gpu
