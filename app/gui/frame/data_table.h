// Every table of the window: rows of 28 px, digits right, sorting by heads, copy and save as CSV.
#pragma once

#include <QSortFilterProxyModel>
#include <QTableView>
#include <optional>
#include <vector>

namespace oscope::gui {

/// Roles that models of tables answer beside the usual ones.
enum TableRole {
  SortRole = Qt::UserRole + 100,  ///< what a column is sorted by, where the text is not (numbers)
  CsvRole,  ///< full precision for CSV, where the text is rounded; a head's false: no column in CSV
};

/// Sorts by SortRole where it is given; rows without a value (invalid, NaN) stand last in both directions. Several
/// keys: sort() sets the first, addKey() adds others that decide between equal rows; the heads show them.
class TableSorter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  struct Key {
    int column = 0;
    Qt::SortOrder order = Qt::AscendingOrder;
  };
  using QSortFilterProxyModel::QSortFilterProxyModel;

  const std::vector<Key>& keys() const { return m_keys; }
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
  /// Adds `column` as the last key; one that is there already turns its direction, or takes `order`.
  void addKey(int column, std::optional<Qt::SortOrder> order = std::nullopt);
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 protected:
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  std::vector<Key> m_keys;
};

/// CSV of a model's rows as they stand (RFC 4180): heads, then CsvRole or else the text of each cell.
QString tableCsv(const QAbstractItemModel& model);
/// The same for some rows only, in the order of the model.
QString tableCsv(const QAbstractItemModel& model, const QList<int>& rows);

/// Give it a model with setModel (mostly a TableSorter over one). Ctrl+C copies the selected rows as CSV, Ctrl+A
/// selects all; Enter activates the current row. Shift and a click on a head add a second sort key. From the keyboard
/// Left and Right move the column that the head marks, Alt+Up and Alt+Down sort by it (with Shift: as a further key);
/// the Menu key, Shift+F10 or a right click offer that and more.
class DataTable : public QTableView {
  Q_OBJECT

 public:
  explicit DataTable(QWidget* parent = nullptr);
  /// Rows of another height (30 px in the report).
  void setRowHeight(int pixels);
  /// What stands in the table while it has no rows.
  void setEmptyText(const QString& text);
  const QString& emptyText() const { return m_emptyText; }
  QString csv() const { return model() == nullptr ? QString() : tableCsv(*model()); }
  void copySelection() const;
  void copyAll() const;

  /// The model where it can be sorted; null where the rows stay in their order.
  TableSorter* sorter() const;
  /// −1: the order of the model.
  void sortBy(int column, Qt::SortOrder order);
  /// Whether there is a key before it that leaves something to decide.
  bool canSortFurther(int column) const;
  void sortFurtherBy(int column, Qt::SortOrder order);
  /// A column's title in words, without marks of sorting; its tooltip where it has none.
  QString headText(int column) const;

 protected:
  void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  bool eventFilter(QObject* object, QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void showMenu(int column, const QPoint& globalPlace);

  QString m_emptyText;
};

}  // namespace oscope::gui
