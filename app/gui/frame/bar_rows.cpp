#include "app/gui/frame/bar_rows.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kRowHeight = 24, kLabelWidth = 92, kValueWidth = 54, kTickHeight = 16;

}  // namespace

void BarRows::setRows(std::vector<Row> rows, std::vector<Tick> ticks) {
  m_rows = std::move(rows);
  m_ticks = std::move(ticks);
  QStringList words;
  for (const Row& row : m_rows) {
    words << row.label + QLatin1Char(' ') + row.value;
    if (!row.tooltip.isEmpty()) words.last() += QStringLiteral(" (%1)").arg(row.tooltip);
  }
  setAccessibleDescription(words.join(QStringLiteral("; ")));
  setFixedHeight(sizeHint().height());
  update();
}

QSize BarRows::sizeHint() const {
  return {240, static_cast<int>(m_rows.size()) * kRowHeight + (m_ticks.empty() ? 0 : kTickHeight)};
}

bool BarRows::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const auto row = static_cast<std::size_t>(std::max(0, help->pos().y() / kRowHeight));
  const QString words = row < m_rows.size() ? m_rows[row].tooltip : QString();
  words.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), words, this);
  return true;
}

void BarRows::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double left = kLabelWidth, width = std::max(20, this->width() - kLabelWidth - kValueWidth);
  for (std::size_t i = 0; i < m_rows.size(); ++i) {
    const Row& row = m_rows[i];
    const double y = static_cast<double>(i) * kRowHeight, middle = y + kRowHeight / 2.0;
    double textLeft = 0;
    if (row.policyMark >= 0) {
      paintMark(painter, QPointF(6, middle), static_cast<quant::Policy>(row.policyMark), 0.75);
      textLeft = 18;
    }
    painter.setFont(uiFont(12, row.bold ? QFont::DemiBold : QFont::Normal));
    painter.setPen(row.hatched ? t.ink3 : t.ink);
    painter.drawText(QRectF(textLeft, y, left - textLeft, kRowHeight), Qt::AlignLeft | Qt::AlignVCenter, row.label);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.hover);
    painter.drawRect(QRectF(left, middle - 4, width, 8));
    painter.setBrush(row.hatched ? QBrush(t.ink3, Qt::BDiagPattern) : QBrush(row.color));
    painter.drawRect(QRectF(left, middle - 4, width * std::clamp(row.share, 0.0, 1.0), 8));
    painter.setFont(monoFont(12));
    painter.setPen(row.hatched ? t.ink3 : t.ink);
    painter.drawText(QRectF(left + width, y, kValueWidth, kRowHeight), Qt::AlignRight | Qt::AlignVCenter, row.value);
  }
  const double bottom = static_cast<double>(m_rows.size()) * kRowHeight;
  painter.setFont(uiFont(10.5));
  for (const Tick& tick : m_ticks) {
    if (tick.share < 0 || tick.share > 1) continue;
    const double x = left + width * tick.share;
    painter.setPen(QPen(t.ink2, 1, Qt::DashLine));
    painter.drawLine(QPointF(x, 2), QPointF(x, bottom));
    painter.setPen(t.ink3);
    painter.drawText(QRectF(x - 20, bottom, 40, kTickHeight), Qt::AlignCenter, tick.label);
  }
}

}  // namespace oscope::gui
