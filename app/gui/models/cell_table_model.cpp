#include "app/gui/models/cell_table_model.h"

#include <cmath>
#include <limits>

#include "app/gui/frame/data_table.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {

TableCell numberCell(const QString& text, double value) {
  TableCell cell;
  cell.text = text;
  cell.sort = cell.csv = value;
  return cell;
}

TableCell policyCell(int policy) {
  TableCell cell;
  cell.policy = policy;
  if (policy < 0) {
    cell.text = QStringLiteral("–");
    return cell;
  }
  cell.text = policyTitle(static_cast<quant::Policy>(policy));
  cell.sort = policy;
  const std::string_view word = quant::toString(static_cast<quant::Policy>(policy));
  cell.csv = QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
  return cell;
}

void CellTableModel::setTable(std::vector<TableColumn> columns, std::vector<std::vector<TableCell>> rows) {
  beginResetModel();
  m_columns = std::move(columns);
  m_rows = std::move(rows);
  endResetModel();
}

int CellTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int CellTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant CellTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const TableColumn& column = m_columns[static_cast<std::size_t>(index.column())];
  const TableCell& cell = m_rows[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
      return cell.text;
    case Qt::ToolTipRole:
      return cell.tooltip.isEmpty() ? QVariant() : QVariant(cell.tooltip);
    case Qt::TextAlignmentRole:
      return static_cast<int>((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::FontRole:
      return column.number ? monoFont(12, cell.strong ? QFont::DemiBold : QFont::Normal)
                           : uiFont(12.5, cell.strong ? QFont::DemiBold : QFont::Normal);
    case Qt::ForegroundRole:
      return cell.faint ? QVariant(theme().ink3) : QVariant();
    case SortRole:
      return cell.sort;
    case CsvRole:
      return cell.csv;
    case PolicyRole:
      return cell.policy < 0 ? QVariant() : QVariant(cell.policy);
    default:
      return {};
  }
}

QVariant CellTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const TableColumn& column = m_columns[static_cast<std::size_t>(section)];
  if (role == Qt::DisplayRole) return column.title;
  if (role == Qt::TextAlignmentRole) {
    return static_cast<int>((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  }
  if (role == Qt::ToolTipRole && !column.tooltip.isEmpty()) return column.tooltip;
  return {};
}

}  // namespace oscope::gui
