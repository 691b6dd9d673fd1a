// What the launch functions of kernels/*.h share. C++17 and free of CUDA headers, as all headers of this folder.
#pragma once

#include <cstdint>

struct CUstream_st;

namespace oscope::gpu {

/// A cudaStream_t.
using StreamHandle = CUstream_st*;

/// Whether CUDA takes a grid of so many blocks (in x, the one dimension that is used).
inline bool isGrid(std::int64_t blocks) {
  return blocks > 0 && blocks <= 0x7FFFFFFF;
}

/// Blocks for `items` of which one block does `perBlock` per step. Kernels stride over the grid, so the number is
/// capped.
inline unsigned blocksFor(std::int64_t items, std::int64_t perBlock) {
  constexpr std::int64_t kMostBlocks = 1 << 16;
  const std::int64_t blocks = (items + perBlock - 1) / perBlock;
  return static_cast<unsigned>(blocks < kMostBlocks ? blocks : kMostBlocks);
}

}  // namespace oscope::gpu
