// How cells of the two tables look: a bar beside the channel, a token as a chip in its context.
#pragma once

#include <QStyledItemDelegate>

namespace oscope::gui {

/// The text at the left, OutlierModel::BarRole as a bar at the right of the cell.
class BarDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// EvidenceModel's three texts, the token on a soft ground. What doesn't fit is cut on the outside, never the token.
class TokenDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace oscope::gui
