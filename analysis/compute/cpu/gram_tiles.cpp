#include "analysis/compute/cpu/gram_tiles.h"

#include <algorithm>

namespace oscope::compute::cpu {
namespace {

constexpr std::int64_t kTile = GramTiles::kTile;

/// Elements of the tiles in the rows of tiles above row `row`, all of which are kTile high.
std::int64_t elementsAbove(std::int64_t row, std::int64_t channels) {
  return kTile * (row * channels - kTile * row * (row - 1) / 2);
}

std::int64_t tilesOf(std::int64_t channels) {
  return (channels + kTile - 1) / kTile;
}

}  // namespace

std::uint64_t GramTiles::bytes(std::int64_t channels) {
  if (channels == 0) return 0;
  const std::int64_t last = tilesOf(channels) - 1, rest = channels - last * kTile;
  return static_cast<std::uint64_t>(elementsAbove(last, channels) + rest * rest) * sizeof(double);
}

GramTiles::GramTiles(std::int64_t channels, const std::filesystem::path& scratchFolder)
    : GramMatrix(channels), m_tiles(tilesOf(channels)) {
  if (scratchFolder.empty()) {
    m_memory.resize(bytes(channels) / sizeof(double));
  } else {
    m_file.emplace(scratchFolder, bytes(channels), "Gram matrices");
  }
}

std::int64_t GramTiles::count() const {
  return m_tiles * (m_tiles + 1) / 2;
}

GramTiles::Tile GramTiles::at(std::int64_t item) const {
  std::int64_t row = 0;
  while (item >= m_tiles - row) item -= m_tiles - row++;
  return at(row, row + item);
}

GramTiles::Tile GramTiles::at(std::int64_t row, std::int64_t column) const {
  Tile tile{row * kTile, std::min(kTile, channels() - row * kTile), column * kTile,
            std::min(kTile, channels() - column * kTile), 0};
  tile.offset = elementsAbove(row, channels()) + tile.rows * (column - row) * kTile;
  return tile;
}

double* GramTiles::load(const Tile& tile, std::vector<double>& buffer) {
  if (!m_file) return m_memory.data() + tile.offset;
  sumsOf(tile, buffer);
  return buffer.data();
}

void GramTiles::store(const Tile& tile, const double* sums) {
  if (!m_file) return;
  m_file->write(sums, static_cast<std::uint64_t>(tile.size()) * sizeof(double),
                static_cast<std::uint64_t>(tile.offset) * sizeof(double));
}

const double* GramTiles::sumsOf(const Tile& tile, std::vector<double>& buffer) const {
  if (!m_file) return m_memory.data() + tile.offset;
  buffer.resize(static_cast<std::size_t>(kTile * kTile));
  m_file->read(buffer.data(), static_cast<std::uint64_t>(tile.size()) * sizeof(double),
               static_cast<std::uint64_t>(tile.offset) * sizeof(double));
  return buffer.data();
}

void GramTiles::readRows(std::int64_t first, std::int64_t count, double* into) const {
  std::vector<double> buffer;
  for (std::int64_t row = first / kTile; row * kTile < first + count; ++row) {
    const std::int64_t begin = std::max(first, row * kTile), end = std::min(first + count, (row + 1) * kTile);
    for (std::int64_t column = 0; column < m_tiles; ++column) {
      const Tile tile = at(std::min(row, column), std::max(row, column));
      const double* sums = sumsOf(tile, buffer);
      const bool mirrored = column < row;  // the lower triangle is that of the tile across the diagonal
      for (std::int64_t r = begin; r < end; ++r) {
        double* target = into + (r - first) * channels() + column * kTile;
        const std::int64_t width = mirrored ? tile.rows : tile.columns;
        for (std::int64_t c = 0; c < width; ++c) {
          // On the diagonal a tile holds both triangles; above it, the upper one is the truth.
          const bool across = mirrored || (row == column && c + column * kTile < r);
          target[c] =
              across ? sums[c * tile.columns + r - tile.firstColumn] : sums[(r - tile.firstRow) * tile.columns + c];
        }
      }
    }
  }
}

}  // namespace oscope::compute::cpu
