#include "app/gui/frame/data_table.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <algorithm>
#include <cmath>

namespace oscope::gui {
namespace {

QString quoted(QString field) {
  if (!field.contains(QLatin1Char(',')) && !field.contains(QLatin1Char('"')) && !field.contains(QLatin1Char('\n')))
    return field;
  return QLatin1Char('"') + field.replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString cell(const QAbstractItemModel& model, int row, int column) {
  const QModelIndex index = model.index(row, column);
  const QVariant full = index.data(CsvRole);
  if (!full.isValid()) return quoted(index.data(Qt::DisplayRole).toString());
  if (full.typeId() != QMetaType::Double) return quoted(full.toString());
  const double number = full.toDouble();
  return std::isnan(number) ? QString() : QString::number(number, 'g', 9);
}

/// Whether there is nothing to sort by.
bool isMissing(const QVariant& value) {
  return !value.isValid() || (value.typeId() == QMetaType::Double && std::isnan(value.toDouble()));
}

}  // namespace

bool TableSorter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  QVariant a = left.data(SortRole), b = right.data(SortRole);
  if (!a.isValid() && !b.isValid()) {
    a = left.data(Qt::DisplayRole);
    b = right.data(Qt::DisplayRole);
  }
  if (isMissing(a) != isMissing(b)) return isMissing(b) == (sortOrder() == Qt::AscendingOrder);
  return QVariant::compare(a, b) == QPartialOrdering::Less;
}

QString tableCsv(const QAbstractItemModel& model, const QList<int>& rows) {
  QString text;
  const auto line = [&](const auto& field) {
    for (int column = 0; column < model.columnCount(); ++column) {
      if (column > 0) text += QLatin1Char(',');
      text += field(column);
    }
    text += QLatin1Char('\n');
  };
  line([&](int column) { return quoted(model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()); });
  for (int row : rows) line([&](int column) { return cell(model, row, column); });
  return text;
}

QString tableCsv(const QAbstractItemModel& model) {
  QList<int> rows(model.rowCount());
  for (int row = 0; row < rows.size(); ++row) rows[row] = row;
  return tableCsv(model, rows);
}

DataTable::DataTable(QWidget* parent) : QTableView(parent) {
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setSortingEnabled(true);
  setShowGrid(false);
  setWordWrap(false);
  setMouseTracking(true);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setTabKeyNavigation(false);
  setCornerButtonEnabled(false);
  verticalHeader()->hide();
  horizontalHeader()->setHighlightSections(false);
  horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  horizontalHeader()->setFixedHeight(28);
  setRowHeight(28);
}

void DataTable::setRowHeight(int pixels) {
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->setMinimumSectionSize(pixels);
  verticalHeader()->setDefaultSectionSize(pixels);
}

void DataTable::copySelection() const {
  if (model() == nullptr) return;
  QList<int> rows;
  for (const QModelIndex& index : selectionModel()->selectedRows()) rows.append(index.row());
  std::sort(rows.begin(), rows.end());
  QApplication::clipboard()->setText(tableCsv(*model(), rows));
}

void DataTable::copyAll() const {
  QApplication::clipboard()->setText(csv());
}

void DataTable::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return copySelection();
  if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
    emit activated(currentIndex());
    return;
  }
  QTableView::keyPressEvent(event);
}

}  // namespace oscope::gui
