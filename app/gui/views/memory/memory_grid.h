// Batch × sequence × scheme as numbers, bars and text: no widget.
#pragma once

#include <QString>
#include <vector>

#include "analysis/model/model_graph.h"
#include "quant/memory/memory_table.h"

namespace oscope::gui {

/// What the user asked for. Rows are batch × sequence, columns are schemes.
struct MemoryGrid {
  std::vector<std::int64_t> batches, sequences;
  std::vector<quant::MemoryScheme> schemes;
  std::vector<quant::MemoryEstimate> cells;  ///< row-major, [rows, schemes]

  std::size_t rows() const { return batches.size() * sequences.size(); }
  std::int64_t batchOf(std::size_t row) const { return batches[row / sequences.size()]; }
  std::int64_t sequenceOf(std::size_t row) const { return sequences[row % sequences.size()]; }
  const quant::MemoryEstimate& at(std::size_t row, std::size_t scheme) const {
    return cells[row * schemes.size() + scheme];
  }
};
MemoryGrid memoryGrid(const model::ModelGraph& graph, std::vector<std::int64_t> batches,
                      std::vector<std::int64_t> sequences, std::vector<quant::MemoryScheme> schemes);

/// "1, 16, 64" as whole numbers above 0, "W4A8, W16A16" as schemes; at most eight of each. Errors of the second are
/// those of parseMemoryScheme; both are Error with words for below the field.
std::vector<std::int64_t> parseCounts(const QString& text);
std::vector<quant::MemoryScheme> parseSchemes(const QString& text);

/// All cells with full precision, a line each.
QString memoryCsv(const MemoryGrid& grid);

/// One stacked bar in bytes, from the bottom: weights with their scales, KV cache, activations.
struct MemoryBar {
  QString name;
  double weights = 0, kv = 0, activations = 0;
  double total() const { return weights + kv + activations; }
};
std::vector<MemoryBar> memoryBars(const MemoryGrid& grid, std::size_t row);

}  // namespace oscope::gui
