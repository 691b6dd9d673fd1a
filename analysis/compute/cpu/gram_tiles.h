// The Gram matrix of a site on the CPU: tiles of its upper triangle, in memory or in a scratch file.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "analysis/base/scratch_file.h"
#include "analysis/compute/gram_matrix.h"

namespace oscope::compute::cpu {

/// Tiles are summed up one by one, each by one thread at a time; whether they lie in memory or in a file doesn't show
/// in the sums.
class GramTiles final : public GramMatrix {
 public:
  static constexpr std::int64_t kTile = 256;

  /// `scratchFolder` empty: in memory.
  GramTiles(std::int64_t channels, const std::filesystem::path& scratchFolder);

  /// What they take, in memory or on disk.
  static std::uint64_t bytes(std::int64_t channels);

  struct Tile {
    std::int64_t firstRow, rows, firstColumn, columns;
    std::int64_t offset;  ///< of its first element [rows, columns] among those of all tiles
    std::int64_t size() const { return rows * columns; }
  };
  std::int64_t count() const;
  /// Tile pairs (i, j) with i <= j, row by row.
  Tile tile(std::int64_t item) const { return at(item); }
  bool inFile() const { return m_file.has_value(); }

  /// The sums of `tile` so far: where they lie, or read into `buffer`. What is changed there must be stored.
  double* load(const Tile& tile, std::vector<double>& buffer);
  void store(const Tile& tile, const double* sums);

  void readRows(std::int64_t first, std::int64_t count, double* into) const override;

 private:
  Tile at(std::int64_t item) const;
  Tile at(std::int64_t row, std::int64_t column) const;
  const double* sumsOf(const Tile& tile, std::vector<double>& buffer) const;

  std::int64_t m_tiles;  ///< in a row of tiles
  std::vector<double> m_memory;
  std::optional<ScratchFile> m_file;
};

}  // namespace oscope::compute::cpu
