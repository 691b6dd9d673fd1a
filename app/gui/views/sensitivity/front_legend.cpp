#include "app/gui/views/sensitivity/front_legend.h"

#include <QFontMetricsF>
#include <QPainter>

#include "app/gui/theme.h"

namespace oscope::gui {

FrontLegend::FrontLegend(QWidget* parent) : QWidget(parent) {
  setFixedHeight(36);
}

void FrontLegend::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double y = height() / 2.0;
  double x = 12;
  const auto words = [&](const QString& text) {
    painter.setFont(uiFont(12));
    painter.setPen(t.ink2);
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(text);
    painter.drawText(QRectF(x, 0, width + 2, height()), Qt::AlignVCenter, text);
    x += width + 24;
  };
  painter.setPen(Qt::NoPen);
  painter.setBrush(mixed(t.surface, t.ink3, 0.45));
  painter.drawEllipse(QPointF(x, y), 2.5, 2.5);
  x += 10;
  words(tr("a threshold pair"));
  painter.setPen(QPen(t.accent, 1.5));
  painter.drawLine(QPointF(x, y), QPointF(x + 20, y));
  painter.setPen(Qt::NoPen);
  painter.setBrush(t.accent);
  painter.drawEllipse(QPointF(x + 10, y), 3.5, 3.5);
  x += 28;
  words(tr("Pareto front"));
  painter.setPen(QPen(t.ink, 1.8));
  painter.setBrush(t.surface);
  painter.drawEllipse(QPointF(x + 6, y), 7, 7);
  painter.setPen(Qt::NoPen);
  painter.setBrush(t.ink);
  painter.drawEllipse(QPointF(x + 6, y), 4, 4);
  x += 22;
  words(tr("now"));
}

ProgressLine::ProgressLine(QWidget* parent) : QWidget(parent) {
  setFixedHeight(2);
}

void ProgressLine::setShare(std::optional<double> share) {
  m_share = share;
  update();
}

void ProgressLine::paintEvent(QPaintEvent*) {
  if (!m_share) return;
  QPainter painter(this);
  painter.fillRect(QRectF(0, 0, width() * *m_share, height()), theme().accent);
}

}  // namespace oscope::gui
