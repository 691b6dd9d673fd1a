// Launches of the ops that treat an activation row by row or element by element. float32 on the device, row-major.
#pragma once

#include <cstdint>

#include "gpu/kernels/float_math.h"
#include "gpu/kernels/launch.h"
#include "gpu/kernels/row_math.h"

namespace oscope::gpu {

/// out[r, c] = table[ids[r], c] * scale.
void launchEmbed(StreamHandle stream, const void* table, FloatType type, const std::int32_t* ids, std::int64_t rows,
                 std::int64_t cols, float scale, float* out);
/// out[r, c] += table[positions[r] + offset, c].
void launchAddPositions(StreamHandle stream, const void* table, FloatType type, const std::int32_t* positions,
                        std::int64_t rows, std::int64_t cols, std::int64_t offset, float* out);

/// Norms of `rows` rows of `width` contiguous elements; y may be x.
void launchRmsNorm(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                   float eps, float weightOffset, float* y);
/// `weight`, `bias` may be null.
void launchLayerNorm(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                     const float* bias, float eps, float* y);

/// Heads inside rows: element (row, head, d) at data[row * rowStride + head * headStride + d].
struct HeadRows {
  float* data = nullptr;
  std::int64_t rowStride = 0, headStride = 0;
};
/// Rotates the pairs (i, i + half) by the angle of the row's position: tables [positions, half].
void launchRope(StreamHandle stream, HeadRows x, std::int64_t rows, std::int64_t heads, std::int64_t half,
                const std::int32_t* positions, const float* cosines, const float* sines);

/// x = act(x).
void launchActivate(StreamHandle stream, ActivationForm form, float* x, std::int64_t count);
/// up = act(gate) * up.
void launchGate(StreamHandle stream, ActivationForm form, const float* gate, float* up, std::int64_t count);
/// x += y.
void launchAdd(StreamHandle stream, float* x, const float* y, std::int64_t count);
/// y[r, c] += bias[c].
void launchAddBias(StreamHandle stream, float* y, const float* bias, std::int64_t rows, std::int64_t cols);
/// x[r, c] = x[r, order[c]], for at most kWidestReordered channels.
void launchReorder(StreamHandle stream, const std::int32_t* order, std::int64_t rows, std::int64_t cols, float* x);
/// A row waits in shared memory: 96 KiB, which a block has on every supported GPU.
inline constexpr std::int64_t kWidestReordered = 24576;

}  // namespace oscope::gpu
