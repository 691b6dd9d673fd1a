// Paints the rows of the policy table: range strip, badge, pencil, warning.
#pragma once

#include <QPixmap>
#include <QStyledItemDelegate>

#include "app/gui/models/policy_table_model.h"

namespace oscope::gui {

class PolicyDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  PolicyDelegate(const PolicyTableModel* model, const PolicySorter* sorter, QObject* parent)
      : QStyledItemDelegate(parent), m_model(model), m_sorter(sorter) {}
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  /// The site under the mouse, in this table or anywhere.
  void setHovered(std::optional<SiteId> site) { m_hovered = site; }

 private:
  void paintStrip(QPainter& painter, const QRectF& box, const SiteRow& row) const;
  void paintPolicy(QPainter& painter, const QRectF& box, const SiteRow& row, const QPaintDevice& device) const;
  void paintText(QPainter& painter, const QRectF& box, const QModelIndex& index, const SiteRow& row) const;

  const PolicyTableModel* m_model;
  const PolicySorter* m_sorter;
  std::optional<SiteId> m_hovered;
  mutable QPixmap m_pencil;
  mutable QRgb m_pencilColor = 0;
};

/// Where v0 and v1 stand in a strip of this width, for the head of the column.
std::pair<double, double> stripThresholds(const PolicyTableModel& model, double left, double width);

}  // namespace oscope::gui
