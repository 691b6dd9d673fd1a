// y = x W^T + b as many single-threaded GEMM calls of fixed shape.
#include <cblas.h>

#include <algorithm>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {
namespace {

// One GEMM call makes a tile of at most kRowTile tokens of one sequence x one panel of outputs. The cut depends on the
// sequence's length and on W alone, never on threads or on the rest of the batch: so do the bits.
constexpr std::int64_t kRowTile = 512;

// Wide panels spare OpenBLAS from packing x again and again; a multiple of 4 of them keeps threads evenly busy.
std::int64_t panelWidth(std::int64_t out) {
  constexpr std::int64_t kNarrowest = 64, kPanels = 4, kRound = 16;
  const std::int64_t panels = kPanels * ((out + kPanels * kWidestPanel - 1) / (kPanels * kWidestPanel));
  const std::int64_t width = ((out + panels - 1) / panels + kRound - 1) / kRound * kRound;
  return std::max(width, kNarrowest);
}

struct RowTile {
  std::int64_t first, count;
};

std::vector<RowTile> rowTiles(const SequenceLayout& layout) {
  std::vector<RowTile> tiles;
  for (std::int64_t s = 0; s < layout.sequences(); ++s) {
    const std::int64_t end = layout.starts[static_cast<std::size_t>(s) + 1];
    for (std::int64_t row = layout.starts[static_cast<std::size_t>(s)]; row < end; row += kRowTile) {
      tiles.push_back({row, std::min(kRowTile, end - row)});
    }
  }
  return tiles;
}

}  // namespace

void linear(Parallel& parallel, const float* x, const SequenceLayout& layout, const CpuWeight& w, const float* bias,
            float* y) {
  const std::int64_t in = w.cols(), out = w.rows();
  const std::vector<RowTile> tiles = rowTiles(layout);
  const auto tileCount = static_cast<std::int64_t>(tiles.size());
  const std::int64_t width = panelWidth(out), panels = (out + width - 1) / width;
  // A task converts one panel and multiplies a run of tiles by it. Few panels: the tiles are dealt out, too.
  const std::int64_t wanted = 4 * parallel.threads();
  const std::int64_t groups =
      std::clamp<std::int64_t>((wanted + panels - 1) / panels, 1, std::max<std::int64_t>(1, tileCount));

  parallel.forEach(panels * groups, [&](std::int64_t item, int worker) {
    const std::int64_t panel = item / groups, group = item % groups;
    const std::int64_t firstTile = tileCount * group / groups, lastTile = tileCount * (group + 1) / groups;
    if (firstTile == lastTile) return;
    const std::int64_t firstOut = panel * width, count = std::min(width, out - firstOut);
    float* scratch = w.isFloat32() ? nullptr : parallel.scratch(worker, 0, static_cast<std::size_t>(width * in));
    const float* weights = w.floatRows(firstOut, count, scratch);
    for (std::int64_t t = firstTile; t < lastTile; ++t) {
      parallel.checkCancelled();
      const RowTile& tile = tiles[static_cast<std::size_t>(t)];
      float* target = y + tile.first * out + firstOut;
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(tile.count), static_cast<int>(count),
                  static_cast<int>(in), 1.0f, x + tile.first * in, static_cast<int>(in), weights, static_cast<int>(in),
                  0.0f, target, static_cast<int>(out));
      if (bias == nullptr) continue;
      for (std::int64_t row = 0; row < tile.count; ++row) {
        kernels().addInto(target + row * out, bias + firstOut, count);
      }
    }
  });
}

}  // namespace oscope::compute::cpu
