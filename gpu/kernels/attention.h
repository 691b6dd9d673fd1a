// Causal attention, tiled with online softmax: no matrix of length x length is ever made.
#pragma once

#include <cstdint>

#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// The widest head that the kernels take.
inline constexpr std::int64_t kWidestHead = 256;

/// Heads inside rows: element (row, head, d) at data[row * rowStride + head * headStride + d].
struct HeadInput {
  const float* data = nullptr;
  std::int64_t rowStride = 0, headStride = 0;
};

struct AttentionShape {
  const std::int64_t* starts = nullptr;  ///< [sequences + 1]
  std::int64_t sequences = 0, longest = 0;
  std::int64_t heads = 0, headsPerKey = 1;  ///< query heads; how many share a key head
  std::int64_t headDim = 0, valueDim = 0;   ///< of q and k; of v
  float scale = 1.0f;
  const float* slopes = nullptr;  ///< [heads] or null
  std::int64_t window = 0;        ///< query i sees keys j with i - j < window; 0: all before it
};

/// out [rows, heads * valueDim] with float32's precision: products of two TF32 values each.
void launchAttention(StreamHandle stream, HeadInput q, HeadInput k, HeadInput v, const AttentionShape& shape,
                     float* out);

/// Heads as fp16, each sequence of a head scaled by the power of two that brings its largest value into [2^14, 2^15),
/// but by 2^50 at most: nothing overflows, and 11 bits of every value that matters are kept. Element (row, head, d) at
/// data[(row * heads + head) * pitch + d]; zeros from d = dim up to the pitch.
struct HalfHeads {
  std::uint16_t* data = nullptr;
  std::uint32_t* absMaxBits = nullptr;  ///< [sequences, heads] bits of max |x|
  std::int64_t heads = 0, dim = 0, pitch = 0;
};

/// Halves per head: whole vectors of 16 bytes.
inline std::int64_t halfPitch(std::int64_t dim) {
  return (dim + 7) / 8 * 8;
}

/// Fills `to`, whose pointers and sizes are set.
void launchPackHeads(StreamHandle stream, HeadInput from, const AttentionShape& shape, const HalfHeads& to);

/// out [rows, heads * valueDim]: fp16 operands (softmax weights, too), sums and softmax in float32.
void launchHalfAttention(StreamHandle stream, const HalfHeads& q, const HalfHeads& k, const HalfHeads& v,
                         const AttentionShape& shape, float* out);

}  // namespace oscope::gpu
