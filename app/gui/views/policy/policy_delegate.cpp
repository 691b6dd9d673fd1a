#include "app/gui/views/policy/policy_delegate.h"

#include <QPainter>
#include <algorithm>

#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kStripMargin = 12;

}  // namespace

std::pair<double, double> stripThresholds(const PolicyTableModel& model, double left, double width) {
  const auto [v0, v1] = model.thresholds();
  const auto place = [&](double value) {
    return left + kStripMargin + model.axis().shareOf(value) * (width - 2 * kStripMargin);
  };
  return {place(v0), place(v1)};
}

void PolicyDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Theme& t = theme();
  const SiteRow& row = m_sorter->row(index.row());
  const QRectF box(option.rect);
  const bool selected = option.state & QStyle::State_Selected;
  painter->save();
  painter->fillRect(box, selected ? t.selection : m_hovered == row.id ? t.hover : t.surface);
  painter->fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), t.border);
  if (selected && index.column() == 0) painter->fillRect(QRectF(box.left(), box.top(), 3, box.height()), t.accent);
  if (index.column() == PolicyTableModel::Strip) {
    paintStrip(*painter, box, row);
  } else if (index.column() == PolicyTableModel::PolicyColumn) {
    paintPolicy(*painter, box, row, *painter->device());
  } else {
    paintText(*painter, box, index, row);
  }
  painter->restore();
}

void PolicyDelegate::paintStrip(QPainter& painter, const QRectF& box, const SiteRow& row) const {
  const Theme& t = theme();
  const double left = box.left() + kStripMargin, right = box.right() - kStripMargin, middle = box.center().y();
  painter.setPen(QPen(t.border, 1));
  painter.drawLine(QPointF(left, middle), QPointF(right, middle));
  const auto [v0, v1] = stripThresholds(*m_model, box.left(), box.width());
  painter.setPen(QPen(t.borderStrong, 1));
  for (double x : {v0, v1}) {
    if (x >= left && x <= right) painter.drawLine(QPointF(x, middle - 8), QPointF(x, middle + 8));
  }
  const double x = left + std::clamp(m_model->axis().shareOf(row.range), 0.0, 1.0) * (right - left);
  paintMark(painter, QPointF(x, middle), row.policy, 1, t.surface);
}

void PolicyDelegate::paintPolicy(QPainter& painter, const QRectF& box, const SiteRow& row,
                                 const QPaintDevice& device) const {
  const double left = box.left() + 8;
  const double width = paintBadge(painter, QPointF(left, box.center().y() - 10), row.policy);
  if (!row.overridden) return;
  if (m_pencil.isNull() || m_pencilColor != theme().ink.rgb() ||
      m_pencil.devicePixelRatio() != device.devicePixelRatioF()) {
    m_pencilColor = theme().ink.rgb();
    m_pencil = iconPixmap(QStringLiteral("pencil"), theme().ink, 14, device.devicePixelRatioF());
  }
  painter.drawPixmap(QPointF(left + width + 6, box.center().y() - 7), m_pencil);
}

void PolicyDelegate::paintText(QPainter& painter, const QRectF& box, const QModelIndex& index,
                               const SiteRow& row) const {
  using Model = PolicyTableModel;
  const Theme& t = theme();
  const int column = index.column();
  QRectF place = box.adjusted(8, 0, -8, -1);
  if (column == Model::Site) {
    place.setLeft(box.left() + 16);
    painter.setFont(monoFont(12));
    painter.setPen(t.ink);
    painter.drawText(QRectF(place.left(), place.top(), 24, place.height()), Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(row.id.block));
    painter.setFont(uiFont(12));
    painter.drawText(place.adjusted(36, 0, 0, 0), Qt::AlignVCenter, QString::fromUtf8(toString(row.id.kind).data()));
    return;
  }
  const auto font = index.data(Qt::FontRole).value<QFont>();
  const auto alignment = static_cast<Qt::Alignment>(index.data(Qt::TextAlignmentRole).toInt());
  const bool secondary = column == Model::First || column == Model::Measured || column == Model::Weights ||
                         (column == Model::Reason && !row.overridden);
  painter.setFont(font);
  painter.setPen(secondary ? t.ink2 : t.ink);
  if (column == Model::Range && !(row.range > 0)) painter.setPen(t.ink3);
  const bool warns = column == Model::Measured && predictionDiffers(row);
  if (warns) painter.setPen(t.warning);
  const QString words = QFontMetricsF(font).elidedText(index.data().toString(), Qt::ElideRight, place.width());
  painter.drawText(place, alignment, words);
  if (!warns) return;
  const double right = place.right() - QFontMetricsF(font).horizontalAdvance(words) - 6;
  const double ratio = painter.device()->devicePixelRatioF();
  painter.drawPixmap(QPointF(right - 14, box.center().y() - 7),
                     iconPixmap(QStringLiteral("warning"), t.warning, 14, ratio));
}

}  // namespace oscope::gui
