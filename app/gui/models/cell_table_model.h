// A table of ready cells: what pages with tables of results show. Pure functions make the cells.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QVariant>
#include <vector>

namespace oscope::gui {

struct TableCell {
  QString text;
  QVariant sort;    ///< invalid: by text
  QVariant csv;     ///< invalid: the text
  int policy = -1;  ///< drawn as a badge instead of text (quant::Policy)
  QString tooltip;  ///< empty: none
  bool faint = false, strong = false;
};

/// A number as it is shown, with the number itself for sorting and CSV. NaN: no value.
TableCell numberCell(const QString& text, double value);
TableCell policyCell(int policy);

struct TableColumn {
  QString title;
  bool number = false;  ///< digits under each other, right-aligned
  QString tooltip = {};
};

class CellTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Role { PolicyRole = Qt::UserRole + 200 };
  using QAbstractTableModel::QAbstractTableModel;

  /// Rows have as many cells as there are columns.
  void setTable(std::vector<TableColumn> columns, std::vector<std::vector<TableCell>> rows);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<TableColumn> m_columns;
  std::vector<std::vector<TableCell>> m_rows;
};

}  // namespace oscope::gui
