#include "app/gui/views/channels/channel_delegates.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>

#include "app/gui/theme.h"
#include "app/gui/views/channels/evidence_model.h"
#include "app/gui/views/channels/outlier_model.h"

namespace oscope::gui {
namespace {

/// Ground of the row: selection, hover.
void paintGround(QPainter* painter, const QStyleOptionViewItem& option) {
  QStyleOptionViewItem ground = option;
  ground.text.clear();
  const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
  style->drawPrimitive(QStyle::PE_PanelItemViewItem, &ground, painter, option.widget);
}

constexpr int kPadding = 8, kBarWidth = 34, kBarHeight = 8;

}  // namespace

void BarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyledItemDelegate::paint(painter, option, index);
  const double share = std::clamp(index.data(OutlierModel::BarRole).toDouble(), 0.0, 1.0);
  if (option.rect.width() < 88) return;  // the number first
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(Qt::NoPen);
  painter->setBrush(option.state & QStyle::State_Selected ? theme().ink2 : mixed(theme().surface, theme().before, 0.5));
  painter->drawRoundedRect(QRectF(option.rect.right() - kBarWidth - 2, option.rect.center().y() - kBarHeight / 2.0 + 1,
                                  std::max(2.0, share * kBarWidth), kBarHeight),
                           2, 2);
  painter->restore();
}

void TokenDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem item = option;
  initStyleOption(&item, index);
  paintGround(painter, item);
  const QFont words = uiFont(12), chipFont = monoFont(11.5, QFont::DemiBold);
  const QFontMetricsF metrics(words), chipMetrics(chipFont);
  const QString token = index.data(EvidenceModel::TokenRole).toString();
  const double chip = std::max(8.0, chipMetrics.horizontalAdvance(token)) + 10;
  const QRectF cell = QRectF(option.rect).adjusted(kPadding, 0, -4, 0);
  painter->save();
  painter->setClipRect(option.rect);
  painter->setRenderHint(QPainter::Antialiasing);
  QString before = index.data(EvidenceModel::BeforeRole).toString();
  const double room = std::max(0.0, std::min(0.45 * cell.width(), cell.width() - chip));
  before = metrics.elidedText(before, Qt::ElideLeft, room);
  double x = cell.left();
  painter->setFont(words);
  painter->setPen(theme().ink2);
  painter->drawText(QRectF(x, cell.top(), room, cell.height()), Qt::AlignLeft | Qt::AlignVCenter, before);
  x += metrics.horizontalAdvance(before) + (before.isEmpty() ? 0 : 3);
  const QRectF box(x, cell.center().y() - 9, chip, 18);
  painter->setPen(Qt::NoPen);
  painter->setBrush(option.state & QStyle::State_Selected ? theme().surface : theme().accentSoft);
  painter->drawRoundedRect(box, 4, 4);
  painter->setFont(chipFont);
  painter->setPen(theme().ink);
  painter->drawText(box, Qt::AlignCenter, token);
  x = box.right() + 3;
  const QString after =
      metrics.elidedText(index.data(EvidenceModel::AfterRole).toString(), Qt::ElideRight, cell.right() - x);
  painter->setFont(words);
  painter->setPen(theme().ink2);
  if (cell.right() - x > 12) {
    painter->drawText(QRectF(x, cell.top(), cell.right() - x, cell.height()), Qt::AlignLeft | Qt::AlignVCenter, after);
  }
  painter->restore();
}

}  // namespace oscope::gui
