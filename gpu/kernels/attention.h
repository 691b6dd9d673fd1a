// Causal attention, tiled with online softmax: no matrix of length x length is ever made.
#pragma once

#include <cstdint>

#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// The widest head that the kernel takes.
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

/// out [rows, heads * valueDim]. `exact`: products are split so that they keep float32's precision; else operands are
/// rounded to TF32. Sums and softmax are float32 in both.
void launchAttention(StreamHandle stream, HeadInput q, HeadInput k, HeadInput v, const AttentionShape& shape,
                     bool exact, float* out);

}  // namespace oscope::gpu
