// Every table of the window: rows of 28 px, digits right, sorting by heads, copy and save as CSV.
#pragma once

#include <QSortFilterProxyModel>
#include <QTableView>

namespace oscope::gui {

/// Roles that models of tables answer beside the usual ones.
enum TableRole {
  SortRole = Qt::UserRole + 100,  ///< what a column is sorted by, where the text is not (numbers)
  CsvRole,                        ///< full precision for CSV, where the text is rounded
};

/// Sorts by SortRole where it is given; rows without a value (invalid, NaN) stand last in both directions.
class TableSorter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;

 protected:
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

/// CSV of a model's rows as they stand (RFC 4180): heads, then CsvRole or else the text of each cell.
QString tableCsv(const QAbstractItemModel& model);
/// The same for some rows only, in the order of the model.
QString tableCsv(const QAbstractItemModel& model, const QList<int>& rows);

/// Give it a model with setModel (mostly a TableSorter over one). Ctrl+C copies the selected rows as CSV, Ctrl+A
/// selects all; Enter activates the current row.
class DataTable : public QTableView {
  Q_OBJECT

 public:
  explicit DataTable(QWidget* parent = nullptr);
  /// Rows of another height (30 px in the report).
  void setRowHeight(int pixels);
  QString csv() const { return model() == nullptr ? QString() : tableCsv(*model()); }
  void copySelection() const;
  void copyAll() const;

 protected:
  void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace oscope::gui
