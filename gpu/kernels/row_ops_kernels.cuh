// Kernels of row_ops.h. Included by row_ops.cu after device_ops.cuh, and by tests after their emulation of it.
#pragma once

#include "gpu/kernels/block_sum.cuh"
#include "gpu/kernels/pieces.cuh"
#include "gpu/kernels/row_ops.h"

namespace oscope::gpu {
namespace {

constexpr int kElementThreads = 256;

__global__ void embedKernel(const void* table, FloatType type, const std::int32_t* ids, std::int64_t rows,
                            std::int64_t cols, float scale, float* out) {
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) {
      out[row * cols + c] = loadFloat(table, type, ids[row] * cols + c) * scale;
    }
  }
}

__global__ void addPositionsKernel(const void* table, FloatType type, const std::int32_t* positions, std::int64_t rows,
                                   std::int64_t cols, std::int64_t offset, float* out) {
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) {
      out[row * cols + c] += loadFloat(table, type, (positions[row] + offset) * cols + c);
    }
  }
}

// One block per row. In place is safe: a thread writes only elements that it alone reads, and all are read before.
template <int kStep>
__global__ void rmsNormKernel(const float* x, std::int64_t rows, std::int64_t width, const float* weight, float eps,
                              float weightOffset, float* y) {
  __shared__ double partial[kMostWarps];
  const std::int64_t first = static_cast<std::int64_t>(threadIdx.x) * kStep, step = blockDim.x * kStep;
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* from = x + row * width;
    float* to = y + row * width;
    double squares = 0;
    float values[kStep], factors[kStep];
    for (std::int64_t c = first; c < width; c += step) {
      loadPiece(from + c, values);
      for (float value : values) squares += static_cast<double>(value) * value;
    }
    const float scale = inverseRoot(blockSum(squares, partial), width, eps);
    for (std::int64_t c = first; c < width; c += step) {
      loadPiece(from + c, values);
      loadPiece(weight + c, factors);
      for (int i = 0; i < kStep; ++i) values[i] *= scale * (weightOffset + factors[i]);
      storePiece(to + c, values);
    }
  }
}

template <int kStep>
__global__ void layerNormKernel(const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                                const float* bias, float eps, float* y) {
  __shared__ double partial[kMostWarps];
  const std::int64_t first = static_cast<std::int64_t>(threadIdx.x) * kStep, step = blockDim.x * kStep;
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* from = x + row * width;
    float* to = y + row * width;
    double sum = 0;
    float values[kStep], others[kStep];
    for (std::int64_t c = first; c < width; c += step) {
      loadPiece(from + c, values);
      for (float value : values) sum += value;
    }
    const double mean = blockSum(sum, partial) / static_cast<double>(width);
    double squares = 0;
    for (std::int64_t c = first; c < width; c += step) {
      loadPiece(from + c, values);
      for (float value : values) squares += (value - mean) * (value - mean);
    }
    const float scale = inverseRoot(blockSum(squares, partial), width, eps);
    const float center = static_cast<float>(mean);
    for (std::int64_t c = first; c < width; c += step) {
      loadPiece(from + c, values);
      for (float& value : values) value = (value - center) * scale;
      if (weight != nullptr) {
        loadPiece(weight + c, others);
        for (int i = 0; i < kStep; ++i) values[i] *= others[i];
      }
      if (bias != nullptr) {
        loadPiece(bias + c, others);
        for (int i = 0; i < kStep; ++i) values[i] += others[i];
      }
      storePiece(to + c, values);
    }
  }
}

// One block per row, which waits in shared memory.
__global__ void reorderKernel(const std::int32_t* order, std::int64_t rows, std::int64_t cols, float* x) {
  auto* before = reinterpret_cast<float*>(launchShared());
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    float* values = x + row * cols;
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) before[c] = values[c];
    __syncthreads();
    for (std::int64_t c = threadIdx.x; c < cols; c += blockDim.x) values[c] = before[order[c]];
    __syncthreads();  // before the next row comes in
  }
}

// One block per row. A thread keeps its pair, and with it cosine and sine, and goes from head to head.
__global__ void ropeKernel(HeadRows x, std::int64_t rows, int heads, int half, const std::int32_t* positions,
                           const float* cosines, const float* sines) {
  const int thread = static_cast<int>(threadIdx.x), threads = static_cast<int>(blockDim.x);
  const int across = half < threads ? half : threads, headStep = threads / across;
  if (thread >= across * headStep) return;
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const std::int64_t angles = static_cast<std::int64_t>(positions[row]) * half;
    for (int pair = thread % across; pair < half; pair += across) {
      const float c = cosines[angles + pair], s = sines[angles + pair];
#pragma unroll 4
      for (int head = thread / across; head < heads; head += headStep) {
        float* first = x.data + row * x.rowStride + head * x.headStride + pair;
        float* second = first + half;
        const float a = *first, b = *second;
        *first = a * c - b * s;
        *second = b * c + a * s;
      }
    }
  }
}

template <int kStep>
__global__ void activateKernel(ActivationForm form, float* x, std::int64_t count) {
  float values[kStep];
  for (std::int64_t i = firstOfGrid() * kStep; i < count; i += gridStep() * kStep) {
    loadPiece(x + i, values);
    for (float& value : values) value = activated(form, value);
    storePiece(x + i, values);
  }
}

template <int kStep>
__global__ void gateKernel(ActivationForm form, const float* gate, float* up, std::int64_t count) {
  float gates[kStep], values[kStep];
  for (std::int64_t i = firstOfGrid() * kStep; i < count; i += gridStep() * kStep) {
    loadPiece(gate + i, gates);
    loadPiece(up + i, values);
    for (int at = 0; at < kStep; ++at) values[at] *= activated(form, gates[at]);
    storePiece(up + i, values);
  }
}

template <int kStep>
__global__ void addKernel(float* x, const float* y, std::int64_t count) {
  float values[kStep], others[kStep];
  for (std::int64_t i = firstOfGrid() * kStep; i < count; i += gridStep() * kStep) {
    loadPiece(x + i, values);
    loadPiece(y + i, others);
    for (int at = 0; at < kStep; ++at) values[at] += others[at];
    storePiece(x + i, values);
  }
}

// One block per row.
template <int kStep>
__global__ void addBiasKernel(float* y, const float* bias, std::int64_t rows, std::int64_t cols) {
  float values[kStep], offsets[kStep];
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    for (std::int64_t c = static_cast<std::int64_t>(threadIdx.x) * kStep; c < cols; c += blockDim.x * kStep) {
      loadPiece(y + row * cols + c, values);
      loadPiece(bias + c, offsets);
      for (int i = 0; i < kStep; ++i) values[i] += offsets[i];
      storePiece(y + row * cols + c, values);
    }
  }
}

/// Launches the kernel of whole pieces or that of single elements, each thread with one piece while the grid lasts.
template <typename... Parameters, typename... Arguments>
void launchElements(const char* name, void (*wide)(Parameters...), void (*single)(Parameters...), std::int64_t count,
                    StreamHandle stream, const Arguments&... arguments) {
  if (count == 0) return;
  const bool pieces = takesWidePieces(count);
  launchKernel(name, pieces ? wide : single, blocksFor(count, kElementThreads * (pieces ? kWidePiece : 1)),
               kElementThreads, 0, stream, arguments...);
}

}  // namespace

void launchEmbed(StreamHandle stream, const void* table, FloatType type, const std::int32_t* ids, std::int64_t rows,
                 std::int64_t cols, float scale, float* out) {
  if (rows * cols == 0) return;
  launchKernel("embed", embedKernel, blocksFor(rows, 1), kElementThreads, 0, stream, table, type, ids, rows, cols,
               scale, out);
}

void launchAddPositions(StreamHandle stream, const void* table, FloatType type, const std::int32_t* positions,
                        std::int64_t rows, std::int64_t cols, std::int64_t offset, float* out) {
  if (rows * cols == 0) return;
  launchKernel("addPositions", addPositionsKernel, blocksFor(rows, 1), kElementThreads, 0, stream, table, type,
               positions, rows, cols, offset, out);
}

void launchRmsNorm(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                   float eps, float weightOffset, float* y) {
  if (rows * width == 0) return;
  launchKernel("rmsNorm", takesWidePieces(width) ? rmsNormKernel<kWidePiece> : rmsNormKernel<1>, blocksFor(rows, 1),
               threadsForRow(width, kElementThreads), 0, stream, x, rows, width, weight, eps, weightOffset, y);
}

void launchLayerNorm(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                     const float* bias, float eps, float* y) {
  if (rows * width == 0) return;
  launchKernel("layerNorm", takesWidePieces(width) ? layerNormKernel<kWidePiece> : layerNormKernel<1>,
               blocksFor(rows, 1), threadsForRow(width, kElementThreads), 0, stream, x, rows, width, weight, bias, eps,
               y);
}

void launchReorder(StreamHandle stream, const std::int32_t* order, std::int64_t rows, std::int64_t cols, float* x) {
  if (rows * cols == 0) return;
  launchKernel("reorder", reorderKernel, blocksFor(rows, 1), threadsForRow(cols, kElementThreads),
               static_cast<int>(cols * static_cast<std::int64_t>(sizeof(float))), stream, order, rows, cols, x);
}

void launchRope(StreamHandle stream, HeadRows x, std::int64_t rows, std::int64_t heads, std::int64_t half,
                const std::int32_t* positions, const float* cosines, const float* sines) {
  if (rows * heads * half == 0) return;
  launchKernel("rope", ropeKernel, blocksFor(rows, 1), kElementThreads, 0, stream, x, rows, static_cast<int>(heads),
               static_cast<int>(half), positions, cosines, sines);
}

void launchActivate(StreamHandle stream, ActivationForm form, float* x, std::int64_t count) {
  if (form.kind == ActivationForm::Identity) return;
  launchElements("activate", activateKernel<kWidePiece>, activateKernel<1>, count, stream, form, x, count);
}

void launchGate(StreamHandle stream, ActivationForm form, const float* gate, float* up, std::int64_t count) {
  launchElements("gate", gateKernel<kWidePiece>, gateKernel<1>, count, stream, form, gate, up, count);
}

void launchAdd(StreamHandle stream, float* x, const float* y, std::int64_t count) {
  launchElements("add", addKernel<kWidePiece>, addKernel<1>, count, stream, x, y, count);
}

void launchAddBias(StreamHandle stream, float* y, const float* bias, std::int64_t rows, std::int64_t cols) {
  if (rows * cols == 0) return;
  launchKernel("addBias", takesWidePieces(cols) ? addBiasKernel<kWidePiece> : addBiasKernel<1>, blocksFor(rows, 1),
               threadsForRow(cols, kElementThreads), 0, stream, y, bias, rows, cols);
}

}  // namespace oscope::gpu
