// Causal softmax attention, one (sequence, head, query tile) at a time: scores by GEMM, softmax by rows, values by
// GEMM. A tile sees only the keys that it may see, so nothing of size length x length is ever made.
#include <cblas.h>

#include <algorithm>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {
namespace {

constexpr std::int64_t kQueryTile = 64;

struct QueryTile {
  std::int64_t start;         ///< row of the sequence's first token
  std::int64_t first, count;  ///< positions of the queries
};

std::vector<QueryTile> queryTiles(const SequenceLayout& layout) {
  std::vector<QueryTile> tiles;
  for (std::int64_t s = 0; s < layout.sequences(); ++s) {
    for (std::int64_t first = 0; first < layout.length(s); first += kQueryTile) {
      tiles.push_back(
          {layout.starts[static_cast<std::size_t>(s)], first, std::min(kQueryTile, layout.length(s) - first)});
    }
  }
  return tiles;
}

const float* headPointer(const HeadView& view, std::int64_t row, std::int64_t head) {
  return view.tensor.as<float>() + row * view.tensor.cols + view.offset + head * view.headStride;
}

}  // namespace

void attention(Parallel& parallel, const HeadView& q, const HeadView& k, const HeadView& v,
               const SequenceLayout& layout, const AttentionParams& params, float* out) {
  const std::vector<QueryTile> tiles = queryTiles(layout);
  const std::int64_t outCols = q.heads * v.headDim;
  const std::int64_t headsPerKey = q.heads / k.heads;
  const std::int64_t longest = layout.longest();

  parallel.forEach(static_cast<std::int64_t>(tiles.size()) * q.heads, [&](std::int64_t item, int worker) {
    const QueryTile& tile = tiles[static_cast<std::size_t>(item / q.heads)];
    const std::int64_t head = item % q.heads, keyHead = head / headsPerKey;
    const std::int64_t firstKey = params.window > 0 ? std::max<std::int64_t>(0, tile.first - params.window + 1) : 0;
    const std::int64_t keys = tile.first + tile.count - firstKey;
    float* scores = parallel.scratch(worker, 1, static_cast<std::size_t>(kQueryTile * longest));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(tile.count), static_cast<int>(keys),
                static_cast<int>(q.headDim), params.scale, headPointer(q, tile.start + tile.first, head),
                static_cast<int>(q.tensor.cols), headPointer(k, tile.start + firstKey, keyHead),
                static_cast<int>(k.tensor.cols), 0.0f, scores, static_cast<int>(keys));
    const float slope = params.alibiSlopes.empty() ? 0.0f : params.alibiSlopes[static_cast<std::size_t>(head)];
    for (std::int64_t row = 0; row < tile.count; ++row) {
      float* line = scores + row * keys;
      const std::int64_t position = tile.first + row;
      const std::int64_t oldest = params.window > 0 ? std::max(firstKey, position - params.window + 1) : firstKey;
      const std::int64_t from = oldest - firstKey, to = position + 1 - firstKey;
      std::fill(line, line + from, 0.0f);
      kernels().softmaxRow(line + from, to - from, slope, oldest);
      std::fill(line + to, line + keys, 0.0f);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(tile.count), static_cast<int>(v.headDim),
                static_cast<int>(keys), 1.0f, scores, static_cast<int>(keys),
                headPointer(v, tile.start + firstKey, keyHead), static_cast<int>(v.tensor.cols), 0.0f,
                out + (tile.start + tile.first) * outCols + head * v.headDim, static_cast<int>(outCols));
  });
}

}  // namespace oscope::compute::cpu
