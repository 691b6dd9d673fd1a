// A DataTable over ready cells: badges for policies, the given order until a head is clicked.
#pragma once

#include "app/gui/frame/data_table.h"
#include "app/gui/models/cell_table_model.h"

namespace oscope::gui {

class CellTable : public DataTable {
  Q_OBJECT

 public:
  explicit CellTable(const QString& accessibleName, QWidget* parent = nullptr);
  /// Columns get their width from heads and cells; one of words at the end takes what is left. The row that was current
  /// stays it where `keepCurrent` is set and there are as many rows as before.
  void setTable(std::vector<TableColumn> columns, std::vector<std::vector<TableCell>> rows, bool keepCurrent = false);
  /// The current row in the order that was given, −1: none.
  int currentRow() const;
  void setCurrentRow(int row);
  CellTableModel& cells() { return *m_cells; }

 signals:
  /// The user went to the current row, by mouse or keyboard; what the program sets doesn't say so.
  void rowChosen();

 private:
  bool m_setting = false;
  CellTableModel* m_cells;
  TableSorter* m_sorter;
};

}  // namespace oscope::gui
