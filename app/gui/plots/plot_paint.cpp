#include "app/gui/plots/plot_paint.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kTickHeight = 14;     // pixels between the labels of two ticks
constexpr double kTitleOverhang = 30;  // pixels that a y title may stand out over the plot area

}  // namespace

QPointF PlotFrame::toPixel(double xValue, double yValue) const {
  return {box.left() + x.shareOf(xValue) * box.width(), box.bottom() - y.shareOf(yValue) * box.height()};
}

QPointF PlotFrame::toValue(QPointF pixel) const {
  return {x.valueAt((pixel.x() - box.left()) / box.width()), y.valueAt((box.bottom() - pixel.y()) / box.height())};
}

void paintAxes(QPainter& painter, const PlotFrame& frame, const std::vector<Tick>* xTicks) {
  const Theme& t = theme();
  const QRectF& box = frame.box;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  const int wantedY = std::max(2, static_cast<int>(box.height() / 55));
  std::vector<double> labelled;
  for (const bool major : {true, false}) {  // decades first: a label that would touch another is left out
    for (const Tick& tick : frame.y.ticks(wantedY)) {
      if (tick.major != major) continue;
      const double y = std::round(frame.toPixel(frame.x.low, tick.value).y()) + 0.5;
      painter.setPen(QPen(major ? t.gridMajor : t.gridMinor, 1));
      painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
      const bool touches = std::any_of(labelled.begin(), labelled.end(),
                                       [&](double other) { return std::fabs(other - y) < kTickHeight; });
      if (tick.label.isEmpty() || touches) continue;
      labelled.push_back(y);
      painter.setPen(major ? t.ink2 : t.ink3);
      painter.setFont(monoFont(major ? 11 : 10.5));
      painter.drawText(QRectF(box.left() - 66, y - 9, 58, 18), Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
  }
  const std::vector<Tick> own =
      xTicks != nullptr ? *xTicks : frame.x.ticks(std::max(2, static_cast<int>(box.width() / 90)));
  double lastRight = -1e9;
  for (const Tick& tick : own) {
    const double x = std::round(frame.toPixel(tick.value, frame.y.low).x()) + 0.5;
    painter.setPen(QPen(t.gridMinor, 1));
    painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
    painter.setPen(QPen(t.borderStrong, 1));
    painter.drawLine(QPointF(x, box.bottom() + frame.xGap), QPointF(x, box.bottom() + frame.xGap + 4));
    painter.setFont(monoFont(tick.major ? 11 : 10.5));
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(tick.label);
    if (tick.label.isEmpty() || x - width / 2 < lastRight + 6) continue;  // a label that would touch is left out
    lastRight = x + width / 2;
    painter.setPen(tick.major ? t.ink2 : t.ink3);
    painter.drawText(QRectF(x - width / 2 - 2, box.bottom() + frame.xGap + 6, width + 4, 16), Qt::AlignCenter,
                     tick.label);
  }
  painter.setPen(QPen(t.borderStrong, 1));
  painter.drawLine(box.bottomLeft(), box.bottomRight());
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(uiFont(11));
  painter.setPen(t.ink3);
  if (!frame.xTitle.isEmpty()) {
    painter.drawText(QRectF(box.left(), box.bottom() + frame.xGap + 26, box.width(), 18), Qt::AlignCenter,
                     frame.xTitle);
  }
  if (!frame.yTitle.isEmpty()) {
    painter.translate(box.left() - 60, box.center().y());
    painter.rotate(-90);
    const double room = box.height() + 2 * kTitleOverhang;
    const QString title = QFontMetricsF(painter.font()).elidedText(frame.yTitle, Qt::ElideRight, room);
    painter.drawText(QRectF(-room / 2, -9, room, 18), Qt::AlignCenter, title);
  }
  painter.restore();
}

void paintTooltip(QPainter& painter, QPointF anchor, const QRectF& bounds, const QString& text) {
  const QStringList lines = text.split(QLatin1Char('\n'));
  const QFont titleFont = uiFont(12, QFont::DemiBold), bodyFont = uiFont(12), figureFont = monoFont(12);
  double width = 0;
  for (int i = 0; i < lines.size(); ++i) {
    const QString label = lines[i].section(QLatin1Char('\t'), 0, 0), figure = lines[i].section(QLatin1Char('\t'), 1);
    const double figureWidth = figure.isEmpty() ? 0 : 20 + QFontMetricsF(figureFont).horizontalAdvance(figure);
    width = std::max(width, figureWidth + QFontMetricsF(i == 0 ? titleFont : bodyFont).horizontalAdvance(label));
  }
  const QSizeF size(width + 24, 18.0 * static_cast<double>(lines.size()) + 14);
  QPointF corner = anchor + QPointF(14, -size.height() - 10);
  if (corner.x() + size.width() > bounds.right()) corner.setX(anchor.x() - 14 - size.width());
  if (corner.y() < bounds.top()) corner.setY(anchor.y() + 14);
  corner.setX(std::max(corner.x(), bounds.left()));
  corner.setY(std::min(corner.y(), bounds.bottom() - size.height()));
  painter.save();
  painter.setPen(QPen(theme().borderStrong, 1));
  painter.setBrush(theme().dark ? theme().surface2 : theme().surface);
  painter.drawRoundedRect(QRectF(corner, size), 8, 8);
  for (int i = 0; i < lines.size(); ++i) {
    const QRectF line(corner.x() + 12, corner.y() + 7 + 18 * i, width + 2, 18);
    painter.setFont(i == 0 ? titleFont : bodyFont);
    painter.setPen(i == 0 ? theme().ink : theme().ink2);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, lines[i].section(QLatin1Char('\t'), 0, 0));
    painter.setFont(figureFont);
    painter.setPen(theme().ink);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, lines[i].section(QLatin1Char('\t'), 1));
  }
  painter.restore();
}

void paintRubberBand(QPainter& painter, const QRectF& band) {
  QColor fill = theme().accent;
  fill.setAlphaF(0.12f);
  painter.setPen(QPen(theme().accent, 1));
  painter.setBrush(fill);
  painter.drawRect(band.normalized());
}

void spreadLabels(std::vector<double>& centres, double gap, double top) {
  double lowest = top;
  for (double& centre : centres) {
    centre = std::max(centre, lowest);
    lowest = centre + gap;
  }
}

}  // namespace oscope::gui
