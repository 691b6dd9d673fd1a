// The table of the Policy view: J and K step through it as it is sorted, and its last row can be scrolled clear of the
// bar that floats over it.
#pragma once

#include "app/gui/frame/data_table.h"
#include "app/gui/frame/table_menu.h"
#include "app/gui/models/policy_table_model.h"

namespace oscope::gui {

/// Draws "v0" and "v1" over the strips.
class StripHeader : public TableHeader {
  Q_OBJECT

 public:
  StripHeader(const PolicyTableModel* model, DataTable* table);

 protected:
  void paintSection(QPainter* painter, const QRect& box, int section) const override;

 private:
  const PolicyTableModel* m_model;
};

class PolicyTable : public DataTable {
  Q_OBJECT

 public:
  PolicyTable(const PolicyTableModel* model, QWidget* parent);
  /// Pixels that can be scrolled in below the last row.
  void setRoomBelow(int pixels);
  /// Selects the row above (−1) or below (1) the current one.
  void step(int rows);
  /// Keeps the row clear of what floats over the lower edge.
  void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;

 signals:
  void resized();

 protected:
  void updateGeometries() override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void fitColumns();
  int m_roomBelow = 0;
};

}  // namespace oscope::gui
