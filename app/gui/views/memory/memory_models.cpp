#include "app/gui/views/memory/memory_models.h"

#include "app/common/number_format.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kKeys = 2;         // leading columns: batch and sequence; model and scheme
constexpr int kRptqColumns = 9;  // batch × sequence of the slide
constexpr int kRptqSchemes = 7;

QString countText(std::int64_t count) {
  return QString::fromStdString(app::formatCount(count));
}

constexpr int kRight = Qt::AlignRight | Qt::AlignVCenter, kLeft = Qt::AlignLeft | Qt::AlignVCenter;

}  // namespace

void MemoryTotalsModel::setGrid(const MemoryGrid& grid) {
  beginResetModel();
  m_grid = grid;
  endResetModel();
}

void MemoryTotalsModel::setLimit(double bytes) {
  m_limit = bytes;
  if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int MemoryTotalsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_grid.rows());
}

int MemoryTotalsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kKeys + static_cast<int>(m_grid.schemes.size());
}

QVariant MemoryTotalsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto row = static_cast<std::size_t>(index.row());
  if (role == Qt::TextAlignmentRole) return kRight;
  if (role == Qt::FontRole) return monoFont(12);
  if (index.column() < kKeys) {
    const std::int64_t count = index.column() == 0 ? m_grid.batchOf(row) : m_grid.sequenceOf(row);
    if (role == Qt::DisplayRole) return countText(count);
    return role == SortRole || role == CsvRole ? QVariant::fromValue<qlonglong>(count) : QVariant();
  }
  const double total = m_grid.at(row, static_cast<std::size_t>(index.column() - kKeys)).total();
  const bool over = m_limit > 0 && total > m_limit;
  switch (role) {
    case Qt::DisplayRole:
      return (over ? QStringLiteral("△! ") : QString()) + QString::fromStdString(app::formatBytes(total));
    case Qt::ForegroundRole:
      return over ? theme().ink3 : theme().ink;
    case Qt::ToolTipRole:
      return over ? tr("does not fit into the device") : QVariant();
    case SortRole:
    case CsvRole:
      return total;
    default:
      return {};
  }
}

QVariant MemoryTotalsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return kRight;
  if (role != Qt::DisplayRole) return {};
  if (section < kKeys) return section == 0 ? tr("batch") : tr("sequence");
  return QString::fromStdString(m_grid.schemes[static_cast<std::size_t>(section - kKeys)].name);
}

RptqTableModel::RptqTableModel(QObject* parent) : QAbstractTableModel(parent), m_cells(quant::rptqTable()) {}

const quant::RptqCell& RptqTableModel::cell(int row, int column) const {
  return m_cells[static_cast<std::size_t>(row) * kRptqColumns + static_cast<std::size_t>(std::max(0, column - kKeys))];
}

bool RptqTableModel::isBest(int row, int column) const {
  const int first = row / kRptqSchemes * kRptqSchemes;
  for (int other = first; other < first + kRptqSchemes; ++other) {
    if (cell(other, column).gib < cell(row, column).gib) return false;
  }
  return true;
}

int RptqTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_cells.size()) / kRptqColumns;
}

int RptqTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kKeys + kRptqColumns;
}

QVariant RptqTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const quant::RptqCell& value = cell(index.row(), index.column());
  const bool key = index.column() < kKeys;
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == 0) return tr("OPT-%1").arg(QString::fromStdString(value.model));
      if (index.column() == 1) return QString::fromStdString(value.scheme);
      return QString::number(value.gib, 'f', 1);
    case Qt::TextAlignmentRole:
      return key ? kLeft : kRight;
    case Qt::FontRole:
      return key ? uiFont(12) : monoFont(12, isBest(index.row(), index.column()) ? QFont::DemiBold : QFont::Normal);
    case Qt::ForegroundRole:
      return key || isBest(index.row(), index.column()) ? theme().ink : theme().ink2;
    case CsvRole:
      return key ? QVariant() : QVariant(value.gib);
    default:
      return {};
  }
}

QVariant RptqTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return section < kKeys ? kLeft : kRight;
  if (role != Qt::DisplayRole) return {};
  if (section < kKeys) return section == 0 ? tr("model") : tr("scheme");
  const quant::RptqCell& value = cell(0, section);
  return QStringLiteral("%1 × %2").arg(value.batch).arg(countText(value.sequence));
}

}  // namespace oscope::gui
