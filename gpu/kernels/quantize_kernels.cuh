// Activations to codes. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/quant_math.h"
#include "gpu/kernels/quantize.h"

namespace oscope::gpu {

inline constexpr int kQuantizeThreads = 256;

/// Bits of max |x| of one row (NaN above infinity above all finite values), in all threads of the block.
__device__ inline std::uint32_t rowMaxBits(const float* row, std::int64_t cols) {
  __shared__ std::uint32_t tops[kQuantizeThreads / 32];
  std::uint32_t top = 0;
  for (std::int64_t c = threadIdx.x; c < cols; c += kQuantizeThreads) {
    const std::uint32_t size = bitsOf(row[c]) & kMagnitudeBits;
    top = size > top ? size : top;
  }
  top = warpMax(top);
  if (threadIdx.x % 32 == 0) tops[threadIdx.x / 32] = top;
  __syncthreads();
  for (int w = 0; w < kQuantizeThreads / 32; ++w) top = tops[w] > top ? tops[w] : top;
  return top;
}

/// One block per row.
__global__ void __launch_bounds__(kQuantizeThreads) sequenceMaxKernel(QuantizeArgs args, unsigned* sequenceMax) {
  const std::int64_t row = blockIdx.x;
  const std::uint32_t top = rowMaxBits(args.x + row * args.cols, args.cols);
  if (threadIdx.x == 0) atomicMax(sequenceMax + args.sequences[row], top);
}

__device__ inline float scaleOfRow(const QuantizeArgs& args, std::int64_t row) {
  if (args.isStatic) return args.scale;
  if (args.sequenceMax != nullptr) return activationScale(args.sequenceMax[args.sequences[row]], args.divisor);
  return activationScale(rowMaxBits(args.x + row * args.cols, args.cols), args.divisor);
}

/// One block per row. Four elements at a time where rows start at 16-byte boundaries.
__global__ void __launch_bounds__(kQuantizeThreads) fakeQuantKernel(QuantizeArgs args, float* y) {
  const std::int64_t row = blockIdx.x;
  const float scale = scaleOfRow(args, row);
  const float* from = args.x + row * args.cols;
  float* to = y + row * args.cols;
  if (args.cols % 4 != 0) {
    for (std::int64_t c = threadIdx.x; c < args.cols; c += kQuantizeThreads) {
      to[c] = fakeQuantized(from[c], scale, args.low, args.high);
    }
    return;
  }
  for (std::int64_t c = 4 * static_cast<std::int64_t>(threadIdx.x); c < args.cols; c += 4 * kQuantizeThreads) {
    float4 v = *reinterpret_cast<const float4*>(from + c);
    v.x = fakeQuantized(v.x, scale, args.low, args.high);
    v.y = fakeQuantized(v.y, scale, args.low, args.high);
    v.z = fakeQuantized(v.z, scale, args.low, args.high);
    v.w = fakeQuantized(v.w, scale, args.low, args.high);
    *reinterpret_cast<float4*>(to + c) = v;
  }
}

__device__ inline std::uint32_t byteOf(std::int8_t code, int index) {
  return static_cast<std::uint32_t>(static_cast<std::uint8_t>(code)) << (8 * index);
}

/// One block per row.
__global__ void __launch_bounds__(kQuantizeThreads)
    quantizeKernel(QuantizeArgs args, std::int8_t* codes, float* scales) {
  const std::int64_t row = blockIdx.x;
  const float scale = scaleOfRow(args, row);
  if (threadIdx.x == 0) scales[row] = scale;
  const float* from = args.x + row * args.cols;
  std::int8_t* to = codes + row * args.cols;
  if (args.cols % 4 != 0) {
    for (std::int64_t c = threadIdx.x; c < args.cols; c += kQuantizeThreads) {
      to[c] = codeOf(from[c], scale, args.low, args.high);
    }
    return;
  }
  for (std::int64_t c = 4 * static_cast<std::int64_t>(threadIdx.x); c < args.cols; c += 4 * kQuantizeThreads) {
    const float4 v = *reinterpret_cast<const float4*>(from + c);
    *reinterpret_cast<std::uint32_t*>(to + c) =
        byteOf(codeOf(v.x, scale, args.low, args.high), 0) | byteOf(codeOf(v.y, scale, args.low, args.high), 1) |
        byteOf(codeOf(v.z, scale, args.low, args.high), 2) | byteOf(codeOf(v.w, scale, args.low, args.high), 3);
  }
}

void launchSequenceMax(const QuantizeArgs& args, unsigned* sequenceMax, StreamHandle stream) {
  if (args.rows == 0) return;
  launchKernel("sequenceMax", sequenceMaxKernel, args.rows, kQuantizeThreads, 0, stream, args, sequenceMax);
}

void launchFakeQuant(const QuantizeArgs& args, float* y, StreamHandle stream) {
  if (args.rows == 0) return;
  launchKernel("fakeQuant", fakeQuantKernel, args.rows, kQuantizeThreads, 0, stream, args, y);
}

void launchQuantize(const QuantizeArgs& args, std::int8_t* codes, float* scales, StreamHandle stream) {
  if (args.rows == 0) return;
  launchKernel("quantize", quantizeKernel, args.rows, kQuantizeThreads, 0, stream, args, codes, scales);
}

}  // namespace oscope::gpu
