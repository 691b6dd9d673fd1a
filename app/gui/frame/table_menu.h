// What can be done with a table from the keyboard and by a right click: sort by any column, copy, save. And the head
// that shows which column the keys mean.
#pragma once

#include <QHeaderView>

class QMenu;

namespace oscope::gui {

class DataTable;

/// The head of a DataTable: an arrow beside the title that the rows are sorted by, and a mark under the current column
/// while the table has the focus.
class TableHeader : public QHeaderView {
  Q_OBJECT

 public:
  explicit TableHeader(DataTable* table);

 protected:
  void paintSection(QPainter* painter, const QRect& box, int section) const override;

 private:
  void paintArrow(QPainter& painter, const QRect& box, int section) const;
  DataTable* m_table;
};

/// Sorting by `column` and by all others, copying, saving. The menu deletes itself when it is closed.
QMenu* makeTableMenu(DataTable* table, int column);

/// Writes the whole table as CSV; an error names the file and what to do.
void saveCsv(const QString& path, const QString& csv);

}  // namespace oscope::gui
