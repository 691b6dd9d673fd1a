#include "app/gui/views/memory/memory_grid.h"

#include <QStringList>

#include "analysis/base/error.h"

namespace oscope::gui {
namespace {

constexpr qsizetype kMost = 8;  // of each: what fits beside each other

QStringList entries(const QString& text, const char* what) {
  QStringList parts;
  for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    if (!part.trimmed().isEmpty()) parts << part.trimmed();
  }
  if (parts.isEmpty() || parts.size() > kMost) {
    throw Error(ErrorCode::InvalidArgument, what, parts.isEmpty() ? "empty" : "too many",
                "write one to eight, separated by commas");
  }
  return parts;
}

}  // namespace

MemoryGrid memoryGrid(const model::ModelGraph& graph, std::vector<std::int64_t> batches,
                      std::vector<std::int64_t> sequences, std::vector<quant::MemoryScheme> schemes) {
  MemoryGrid grid{std::move(batches), std::move(sequences), std::move(schemes), {}};
  for (std::size_t row = 0; row < grid.rows(); ++row) {
    for (const quant::MemoryScheme& scheme : grid.schemes)
      grid.cells.push_back(quant::estimateMemory(graph, scheme, grid.batchOf(row), grid.sequenceOf(row)));
  }
  return grid;
}

std::vector<std::int64_t> parseCounts(const QString& text) {
  std::vector<std::int64_t> counts;
  for (const QString& part : entries(text, "counts")) {
    bool good = false;
    const std::int64_t count = part.toLongLong(&good);
    if (!good || count < 1 || count > 100'000'000) {
      throw Error(ErrorCode::InvalidArgument, "counts", "“" + part.toStdString() + "” is no whole number above 0",
                  "write 1, 16, 64");
    }
    counts.push_back(count);
  }
  return counts;
}

std::vector<quant::MemoryScheme> parseSchemes(const QString& text) {
  std::vector<quant::MemoryScheme> schemes;
  for (const QString& part : entries(text, "schemes")) schemes.push_back(quant::parseMemoryScheme(part.toStdString()));
  return schemes;
}

QString memoryCsv(const MemoryGrid& grid) {
  QString text =
      QStringLiteral("batch,sequence,scheme,weight_bytes,scale_bytes,kv_bytes,activation_bytes,total_bytes\n");
  const auto number = [](double bytes) { return QString::number(bytes, 'f', 0); };
  for (std::size_t row = 0; row < grid.rows(); ++row) {
    for (std::size_t scheme = 0; scheme < grid.schemes.size(); ++scheme) {
      const quant::MemoryEstimate& cell = grid.at(row, scheme);
      text += QStringLiteral("%1,%2,%3,")
                  .arg(grid.batchOf(row))
                  .arg(grid.sequenceOf(row))
                  .arg(QString::fromStdString(grid.schemes[scheme].name)) +
              QStringLiteral("%1,%2,%3,%4,%5\n")
                  .arg(number(cell.weightBytes), number(cell.scaleBytes), number(cell.kvBytes),
                       number(cell.activationBytes), number(cell.total()));
    }
  }
  return text;
}

std::vector<MemoryBar> memoryBars(const MemoryGrid& grid, std::size_t row) {
  std::vector<MemoryBar> bars;
  for (std::size_t scheme = 0; scheme < grid.schemes.size(); ++scheme) {
    const quant::MemoryEstimate& cell = grid.at(row, scheme);
    bars.push_back({QString::fromStdString(grid.schemes[scheme].name), cell.weightBytes + cell.scaleBytes, cell.kvBytes,
                    cell.activationBytes});
  }
  return bars;
}

}  // namespace oscope::gui
