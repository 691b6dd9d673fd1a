// Kernels of row_ops.h. Included by row_ops.cu after device_ops.cuh, and by tests after their emulation of it.
#pragma once

#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/row_ops.h"

namespace oscope::gpu {
namespace {

constexpr int kElementThreads = 256;

__global__ void embedKernel(const void* table, FloatType type, const std::int32_t* ids, std::int64_t count,
                            std::int64_t cols, float scale, float* out) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) {
    const std::int64_t row = i / cols;
    out[i] = loadFloat(table, type, ids[row] * cols + (i - row * cols)) * scale;
  }
}

__global__ void addPositionsKernel(const void* table, FloatType type, const std::int32_t* positions, std::int64_t count,
                                   std::int64_t cols, std::int64_t offset, float* out) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) {
    const std::int64_t row = i / cols;
    out[i] += loadFloat(table, type, (positions[row] + offset) * cols + (i - row * cols));
  }
}

// One block per row. In place is safe: a thread writes only elements that it alone reads, and all are read before.
__global__ void rmsNormKernel(const float* x, std::int64_t rows, std::int64_t width, const float* weight, float eps,
                              float weightOffset, float* y) {
  __shared__ double partial[kMostWarps];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* from = x + row * width;
    float* to = y + row * width;
    double squares = 0;
    for (std::int64_t c = threadIdx.x; c < width; c += blockDim.x) squares += static_cast<double>(from[c]) * from[c];
    const float scale = inverseRoot(blockSum(squares, partial), width, eps);
    for (std::int64_t c = threadIdx.x; c < width; c += blockDim.x) to[c] = from[c] * scale * (weightOffset + weight[c]);
  }
}

__global__ void layerNormKernel(const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                                const float* bias, float eps, float* y) {
  __shared__ double partial[kMostWarps];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* from = x + row * width;
    float* to = y + row * width;
    double sum = 0;
    for (std::int64_t c = threadIdx.x; c < width; c += blockDim.x) sum += from[c];
    const double mean = blockSum(sum, partial) / static_cast<double>(width);
    double squares = 0;
    for (std::int64_t c = threadIdx.x; c < width; c += blockDim.x) squares += (from[c] - mean) * (from[c] - mean);
    const float scale = inverseRoot(blockSum(squares, partial), width, eps);
    const float center = static_cast<float>(mean);
    for (std::int64_t c = threadIdx.x; c < width; c += blockDim.x) {
      float value = (from[c] - center) * scale;
      if (weight != nullptr) value *= weight[c];
      if (bias != nullptr) value += bias[c];
      to[c] = value;
    }
  }
}

__global__ void ropeKernel(HeadRows x, std::int64_t count, std::int64_t heads, std::int64_t half,
                           const std::int32_t* positions, const float* cosines, const float* sines) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) {
    const std::int64_t pair = i % half, head = i / half % heads, row = i / half / heads;
    float* first = x.data + row * x.rowStride + head * x.headStride + pair;
    float* second = first + half;
    const std::int64_t at = positions[row] * half + pair;
    const float a = *first, b = *second, c = cosines[at], s = sines[at];
    *first = a * c - b * s;
    *second = b * c + a * s;
  }
}

__global__ void activateKernel(ActivationForm form, float* x, std::int64_t count) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) x[i] = activated(form, x[i]);
}

__global__ void gateKernel(ActivationForm form, const float* gate, float* up, std::int64_t count) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) up[i] *= activated(form, gate[i]);
}

__global__ void addKernel(float* x, const float* y, std::int64_t count) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) x[i] += y[i];
}

__global__ void addBiasKernel(float* y, const float* bias, std::int64_t count, std::int64_t cols) {
  for (std::int64_t i = firstOfGrid(); i < count; i += gridStep()) y[i] += bias[i % cols];
}

// Threads for one row: whole warps, no more than there are elements.
int threadsFor(std::int64_t width) {
  const std::int64_t wanted = (width + 31) / 32 * 32;
  return wanted < kElementThreads ? static_cast<int>(wanted) : kElementThreads;
}

}  // namespace

void launchEmbed(StreamHandle stream, const void* table, FloatType type, const std::int32_t* ids, std::int64_t rows,
                 std::int64_t cols, float scale, float* out) {
  const std::int64_t count = rows * cols;
  if (count == 0) return;
  launchKernel("embed", embedKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, table, type, ids,
               count, cols, scale, out);
}

void launchAddPositions(StreamHandle stream, const void* table, FloatType type, const std::int32_t* positions,
                        std::int64_t rows, std::int64_t cols, std::int64_t offset, float* out) {
  const std::int64_t count = rows * cols;
  if (count == 0) return;
  launchKernel("addPositions", addPositionsKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, table,
               type, positions, count, cols, offset, out);
}

void launchRmsNorm(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                   float eps, float weightOffset, float* y) {
  if (rows * width == 0) return;
  launchKernel("rmsNorm", rmsNormKernel, blocksFor(rows, 1), threadsFor(width), 0, stream, x, rows, width, weight, eps,
               weightOffset, y);
}

void launchLayerNorm(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                     const float* bias, float eps, float* y) {
  if (rows * width == 0) return;
  launchKernel("layerNorm", layerNormKernel, blocksFor(rows, 1), threadsFor(width), 0, stream, x, rows, width, weight,
               bias, eps, y);
}

void launchRope(StreamHandle stream, HeadRows x, std::int64_t rows, std::int64_t heads, std::int64_t half,
                const std::int32_t* positions, const float* cosines, const float* sines) {
  const std::int64_t count = rows * heads * half;
  if (count == 0) return;
  launchKernel("rope", ropeKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, x, count, heads, half,
               positions, cosines, sines);
}

void launchActivate(StreamHandle stream, ActivationForm form, float* x, std::int64_t count) {
  if (count == 0 || form.kind == ActivationForm::Identity) return;
  launchKernel("activate", activateKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, form, x,
               count);
}

void launchGate(StreamHandle stream, ActivationForm form, const float* gate, float* up, std::int64_t count) {
  if (count == 0) return;
  launchKernel("gate", gateKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, form, gate, up,
               count);
}

void launchAdd(StreamHandle stream, float* x, const float* y, std::int64_t count) {
  if (count == 0) return;
  launchKernel("add", addKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, x, y, count);
}

void launchAddBias(StreamHandle stream, float* y, const float* bias, std::int64_t rows, std::int64_t cols) {
  const std::int64_t count = rows * cols;
  if (count == 0) return;
  launchKernel("addBias", addBiasKernel, blocksFor(count, kElementThreads), kElementThreads, 0, stream, y, bias, count,
               cols);
}

}  // namespace oscope::gpu
