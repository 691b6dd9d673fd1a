// Activations to codes. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/pieces.cuh"
#include "gpu/kernels/quant_math.h"
#include "gpu/kernels/quantize.h"

namespace oscope::gpu {

inline constexpr int kQuantizeThreads = 256;
inline constexpr int kChannelRows = 8;  ///< of a block whose channels have their own scales, which are read once

/// x, or x / factor where there are factors.
template <int kStep>
__device__ inline void loadScaled(const QuantizeArgs& args, std::int64_t row, std::int64_t c, float (&values)[kStep]) {
  loadPiece(args.x + row * args.cols + c, values);
  if (args.factors == nullptr) return;
  float factors[kStep];
  loadPiece(args.factors + c, factors);
  for (int i = 0; i < kStep; ++i) values[i] /= factors[i];
}

/// values, or values * factor.
template <int kStep>
__device__ inline void storeScaled(const QuantizeArgs& args, std::int64_t row, std::int64_t c, float (&values)[kStep],
                                   float* y) {
  if (args.factors != nullptr) {
    float factors[kStep];
    loadPiece(args.factors + c, factors);
    for (int i = 0; i < kStep; ++i) values[i] *= factors[i];
  }
  storePiece(y + row * args.cols + c, values);
}

/// Bits of max |x| of one row (NaN above infinity above all finite values), in all threads of the block.
template <int kStep>
__device__ inline std::uint32_t rowMaxBits(const QuantizeArgs& args, std::int64_t row) {
  __shared__ std::uint32_t tops[kQuantizeThreads / 32];
  std::uint32_t top = 0;
  float values[kStep];
  for (std::int64_t c = kStep * static_cast<std::int64_t>(threadIdx.x); c < args.cols; c += kStep * kQuantizeThreads) {
    loadScaled(args, row, c, values);
    for (const float value : values) {
      const std::uint32_t size = bitsOf(value) & kMagnitudeBits;
      top = size > top ? size : top;
    }
  }
  top = warpMax(top);
  if (threadIdx.x % 32 == 0) tops[threadIdx.x / 32] = top;
  __syncthreads();
  for (int w = 0; w < kQuantizeThreads / 32; ++w) top = tops[w] > top ? tops[w] : top;
  return top;
}

/// One block per row.
template <int kStep>
__global__ void __launch_bounds__(kQuantizeThreads) sequenceMaxKernel(QuantizeArgs args, unsigned* sequenceMax) {
  const std::int64_t row = blockIdx.x;
  const std::uint32_t top = rowMaxBits<kStep>(args, row);
  if (threadIdx.x == 0) atomicMax(sequenceMax + args.sequences[row], top);
}

template <int kStep>
__device__ inline float scaleOfRow(const QuantizeArgs& args, std::int64_t row) {
  if (args.isStatic) return args.scale;
  if (args.sequenceMax != nullptr) return activationScale(args.sequenceMax[args.sequences[row]], args.divisor);
  return activationScale(rowMaxBits<kStep>(args, row), args.divisor);
}

/// One block per row.
template <int kStep>
__global__ void __launch_bounds__(kQuantizeThreads) fakeQuantKernel(QuantizeArgs args, float* y) {
  const std::int64_t row = blockIdx.x;
  const float scale = scaleOfRow<kStep>(args, row);
  float values[kStep];
  for (std::int64_t c = kStep * static_cast<std::int64_t>(threadIdx.x); c < args.cols; c += kStep * kQuantizeThreads) {
    loadScaled(args, row, c, values);
    for (float& value : values) value = fakeQuantized(value, scale, args.low, args.high);
    storeScaled(args, row, c, values, y);
  }
}

/// A block takes kChannelRows rows of as many neighbouring channels as it has pieces; chunks * row bands blocks.
template <int kStep>
__global__ void __launch_bounds__(kQuantizeThreads)
    fakeQuantChannelsKernel(QuantizeArgs args, const float* scales, const float* lows, float* y, unsigned chunks) {
  const std::int64_t c = kStep * (static_cast<std::int64_t>(blockIdx.x % chunks) * kQuantizeThreads + threadIdx.x);
  if (c >= args.cols) return;
  float scale[kStep], low[kStep], values[kStep];
  loadPiece(scales + c, scale);
  loadPiece(lows + c, low);
  const float levels = args.high - args.low;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x / chunks) * kChannelRows;
  const std::int64_t last = first + kChannelRows < args.rows ? first + kChannelRows : args.rows;
  for (std::int64_t row = first; row < last; ++row) {
    loadScaled(args, row, c, values);
    for (int i = 0; i < kStep; ++i) values[i] = fakeQuantized(values[i], scale[i], low[i], low[i] + levels);
    storeScaled(args, row, c, values, y);
  }
}

/// One block per row.
template <int kStep>
__global__ void __launch_bounds__(kQuantizeThreads)
    quantizeKernel(QuantizeArgs args, std::int8_t* codes, float* scales) {
  const std::int64_t row = blockIdx.x;
  const float scale = scaleOfRow<kStep>(args, row);
  if (threadIdx.x == 0) scales[row] = scale;
  float values[kStep];
  for (std::int64_t c = kStep * static_cast<std::int64_t>(threadIdx.x); c < args.cols; c += kStep * kQuantizeThreads) {
    loadPiece(args.x + row * args.cols + c, values);
    std::int8_t piece[kStep];
    for (int i = 0; i < kStep; ++i) piece[i] = codeOf(values[i], scale, args.low, args.high);
    storePiece(codes + row * args.cols + c, piece);
  }
}

void launchSequenceMax(const QuantizeArgs& args, unsigned* sequenceMax, StreamHandle stream) {
  if (args.rows == 0) return;
  launchKernel("sequenceMax", takesWidePieces(args.cols) ? sequenceMaxKernel<kWidePiece> : sequenceMaxKernel<1>,
               args.rows, kQuantizeThreads, 0, stream, args, sequenceMax);
}

void launchFakeQuant(const QuantizeArgs& args, float* y, StreamHandle stream) {
  if (args.rows == 0) return;
  launchKernel("fakeQuant", takesWidePieces(args.cols) ? fakeQuantKernel<kWidePiece> : fakeQuantKernel<1>, args.rows,
               kQuantizeThreads, 0, stream, args, y);
}

void launchFakeQuantChannels(const QuantizeArgs& args, const float* scales, const float* lows, float* y,
                             StreamHandle stream) {
  if (args.rows == 0 || args.cols == 0) return;
  const bool wide = takesWidePieces(args.cols);
  const std::int64_t width = (wide ? kWidePiece : 1) * kQuantizeThreads;
  const std::int64_t chunks = (args.cols + width - 1) / width, bands = (args.rows + kChannelRows - 1) / kChannelRows;
  launchKernel("fakeQuantChannels", wide ? fakeQuantChannelsKernel<kWidePiece> : fakeQuantChannelsKernel<1>,
               chunks * bands, kQuantizeThreads, 0, stream, args, scales, lows, y, static_cast<unsigned>(chunks));
}

void launchQuantize(const QuantizeArgs& args, std::int8_t* codes, float* scales, StreamHandle stream) {
  if (args.rows == 0) return;
  launchKernel("quantize", takesWidePieces(args.cols) ? quantizeKernel<kWidePiece> : quantizeKernel<1>, args.rows,
               kQuantizeThreads, 0, stream, args, codes, scales);
}

}  // namespace oscope::gpu
