// What RangesChart paints around the chart's own series: zones, axes, rings, labels, thresholds, tooltip.
#include <QLineSeries>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/charts/ranges_chart.h"
#include "app/gui/marks.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/plot_paint.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kHandleWidth = 94, kHandleHeight = 24;

QString rangeText(double value) {
  return QString::fromStdString(app::formatRange(value));
}

}  // namespace

void RangesChart::drawBackground(QPainter* painter, const QRectF& rect) {
  QChartView::drawBackground(painter, rect);
  paintZones(*painter, true);
  paintAxes(*painter);
  paintZones(*painter, false);
}

void RangesChart::paintZones(QPainter& painter, bool ground) const {
  const Theme& t = theme();
  const QRectF box = area();
  const double y0 = std::clamp(toPixel(0, threshold(0)).y(), box.top(), box.bottom());
  const double y1 = std::clamp(toPixel(0, threshold(1)).y(), box.top(), box.bottom());
  struct Zone {
    quant::Policy policy;
    double top, bottom;
    QString words;
  };
  const std::array<Zone, 3> zones{{{quant::Policy::Dynamic, box.top(), y1, tr("dynamic, per token")},
                                   {quant::Policy::LaeStatic, y1, y0, tr("LAE + static")},
                                   {quant::Policy::Static, y0, box.bottom(), tr("static, per tensor")}}};
  painter.setFont(uiFont(11));
  for (const Zone& zone : zones) {
    const QColor tint = mixed(t.surface, t.mark(zone.policy), t.dark ? 0.055 : 0.045);
    if (!ground && zone.bottom - zone.top < 30) continue;
    if (ground) {
      painter.fillRect(QRectF(box.left(), zone.top, box.width(), zone.bottom - zone.top), tint);
      continue;
    }
    if (const std::optional<QRectF> words = placeOfWords(zone.top, zone.bottom, zone.words, zone.policy)) {
      // On a ground of its own, since grid lines would strike it through.
      painter.fillRect(*words, tint);
      const double x = words->left() + 8, y = words->center().y();
      paintMark(painter, QPointF(x, y), zone.policy, 0.7);
      painter.setPen(t.ink2);
      painter.drawText(QPointF(x + 10, y + 4), zone.words);
    }
  }
}

std::optional<QRectF> RangesChart::placeOfWords(double top, double bottom, const QString& words,
                                                quant::Policy policy) const {
  // At the edge that the zone shares with v1 or the axis, else at the other one; where no line of the data is.
  const std::array<double, 2> edges{top + 14, bottom - 14};
  const bool fromTop = policy == quant::Policy::LaeStatic;
  for (const double y : {edges[fromTop ? 0 : 1], edges[fromTop ? 1 : 0]}) {
    QRectF place(0, y - 9, QFontMetrics(uiFont(11)).horizontalAdvance(words) + 26, 18);
    for (const double share : {0.22, 0.06, 0.4, 0.58, 0.76}) {
      place.moveLeft(std::min(area().left() + area().width() * share - 8, area().right() - place.width() - 4));
      if (!crossesData(place)) return place;
    }
  }
  return std::nullopt;
}

bool RangesChart::crossesData(const QRectF& box) const {
  const QRectF wide = box.adjusted(-6, -6, 6, 6);
  for (const QLineSeries* line : m_lines) {
    const QList<QPointF> points = line->points();
    for (qsizetype i = 1; i < points.size(); ++i) {
      const QPointF a = toPixel(points[i - 1].x(), std::pow(10.0, points[i - 1].y()));
      const QPointF b = toPixel(points[i].x(), std::pow(10.0, points[i].y()));
      if (b.x() < wide.left() || a.x() > wide.right()) continue;
      // The stretch of the segment above or below the box: outside where both ends lie on one side.
      const auto at = [&](double x) { return a.y() + (b.y() - a.y()) * (x - a.x()) / (b.x() - a.x()); };
      const double y0 = at(std::max(a.x(), wide.left())), y1 = at(std::min(b.x(), wide.right()));
      if (!((y0 < wide.top() && y1 < wide.top()) || (y0 > wide.bottom() && y1 > wide.bottom()))) return true;
    }
  }
  return false;
}

void RangesChart::paintAxes(QPainter& painter) const {
  const Theme& t = theme();
  const QRectF box = area();
  painter.setRenderHint(QPainter::Antialiasing, false);
  for (const Tick& tick : logTicks(m_yLow, m_yHigh)) {
    const double y = std::round(toPixel(0, tick.value).y()) + 0.5;
    painter.setPen(QPen(tick.major ? t.gridMajor : t.gridMinor, 1));
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
    painter.setPen(tick.major ? t.ink2 : t.ink3);
    painter.setFont(monoFont(tick.major ? 11 : 10.5));
    painter.drawText(QRectF(18, y - 9, box.left() - 26, 18), Qt::AlignRight | Qt::AlignVCenter, tick.label);
  }
  painter.setFont(monoFont(11));
  for (const Tick& tick : blockTicks(m_blocks, m_xLow, m_xHigh)) {
    const double x = std::round(toPixel(tick.value, m_yLow).x()) + 0.5;
    painter.setPen(QPen(t.gridMinor, 1));
    painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
    painter.setPen(QPen(t.borderStrong, 1));
    painter.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() + 4));
    painter.setPen(t.ink2);
    painter.drawText(QRectF(x - 30, box.bottom() + 6, 60, 16), Qt::AlignCenter, tick.label);
  }
  painter.setPen(QPen(t.borderStrong, 1));
  painter.drawLine(box.bottomLeft(), box.bottomRight());
  painter.setFont(uiFont(11));
  painter.setPen(t.ink3);
  painter.drawText(QRectF(box.left(), box.bottom() + 26, box.width(), 18), Qt::AlignCenter, tr("block (depth)"));
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(12, box.center().y());
  painter.rotate(-90);
  painter.drawText(QRectF(-160, -9, 320, 18), Qt::AlignCenter, tr("range v = max |x|, log scale"));
  painter.restore();
}

void RangesChart::drawForeground(QPainter* painter, const QRectF& rect) {
  QChartView::drawForeground(painter, rect);
  painter->setRenderHint(QPainter::Antialiasing);
  paintRings(*painter);
  if (m_dragged) {
    const double y = toPixel(0, m_before).y();
    painter->setPen(QPen(theme().ink3, 1, Qt::DashLine));
    painter->drawLine(QPointF(area().left(), y), QPointF(area().right(), y));
    painter->setFont(uiFont(11));
    painter->drawText(QPointF(area().left() + 8, y - 5), tr("v%1 was %2").arg(*m_dragged).arg(rangeText(m_before)));
  }
  paintDirectLabels(*painter);
  for (int which : {1, 0}) paintThreshold(*painter, which);
  if (m_band) paintRubberBand(*painter, *m_band);
  paintTooltip(*painter);
}

void RangesChart::paintRings(QPainter& painter) const {
  const Theme& t = theme();
  painter.save();
  painter.setClipRect(area().adjusted(-10, -10, 10, 10));
  painter.setBrush(Qt::NoBrush);
  for (const RangePoint& point : m_points) {
    const QPointF place = toPixel(point.site.block, point.value);
    if (point.low > 0) {
      painter.setPen(QPen(t.before, 1));
      painter.drawLine(place, toPixel(point.site.block, point.low));
      const QPointF median = toPixel(point.site.block, point.median);
      painter.drawLine(median + QPointF(-3, 0), median + QPointF(3, 0));
    }
    if (point.changed) {
      painter.setPen(QPen(t.mark(point.policy), 1.3));
      painter.drawEllipse(place, 8.5, 8.5);
    }
    if (m_selected.count(point.site) != 0) {
      painter.setPen(QPen(t.ink, point.site == m_current ? 1.8 : 1.2));
      painter.drawEllipse(place, 9.5, 9.5);
    } else if (point.site == m_hovered) {
      painter.setPen(QPen(t.ink2, 1.2));
      painter.drawEllipse(place, 8.5, 8.5);
    }
    if (!(point.value > 0)) {
      painter.setPen(t.ink3);
      painter.setFont(uiFont(10));
      painter.drawText(place + QPointF(-14, -9), tr("↓ dead"));
    }
  }
  painter.restore();
}

void RangesChart::paintThreshold(QPainter& painter, int which) const {
  const Theme& t = theme();
  const QRectF box = area();
  const double y = toPixel(0, threshold(which)).y();
  if (y < box.top() - 1 || y > box.bottom() + 1) return;
  const bool active = m_dragged == which || (hasFocus() && m_focused == which);
  const QPointF left(box.left(), y), right(box.right() + 4, y);
  if (active) {
    QColor halo = t.accent;
    halo.setAlphaF(0.25f);
    painter.setPen(QPen(halo, 8));
    painter.drawLine(left, right);
  }
  painter.setPen(QPen(active ? t.accent : t.ink, active ? 2 : 1.25));
  painter.drawLine(left, right);

  const QRectF handle(right.x(), y - kHandleHeight / 2, kHandleWidth, kHandleHeight);
  const QColor ground = active ? t.accent : t.ink;
  const QColor text = active ? t.onAccent : t.surface;
  painter.setPen(Qt::NoPen);
  painter.setBrush(ground);
  painter.drawRoundedRect(handle, 5, 5);
  painter.setBrush(mixed(ground, text, 0.6));
  for (int dot = 0; dot < 6; ++dot) {
    const int column = dot % 2, line = dot / 2;
    painter.drawEllipse(QPointF(handle.left() + 8 + 4 * column, y - 4 + 4 * line), 1, 1);
  }
  painter.setPen(text);
  painter.setFont(uiFont(12, QFont::DemiBold));
  painter.drawText(handle.adjusted(20, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("v%1").arg(which));
  painter.setFont(monoFont(12));
  painter.drawText(handle.adjusted(0, 0, -9, 0), Qt::AlignRight | Qt::AlignVCenter, rangeText(threshold(which)));
}

void RangesChart::paintDirectLabels(QPainter& painter) const {
  // The series' names at their last points, pushed apart where they would touch, and out of the thresholds' handles.
  struct Label {
    double y;
    QString text;
  };
  const QRectF box = area();
  std::vector<Label> labels;
  for (const RangePoint& point : m_points) {
    if (point.site.block != m_blocks - 1 || point.site.block > m_xHigh) continue;
    const double y = toPixel(0, point.value).y();
    if (y >= box.top() && y <= box.bottom()) labels.push_back({y, QString::fromUtf8(toString(point.site.kind).data())});
  }
  for (Label& label : labels) {
    for (int which : {0, 1}) {
      const double y = toPixel(0, threshold(which)).y();
      if (std::fabs(label.y - y) < 21) label.y = label.y < y ? y - 21 : y + 21;
    }
  }
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  for (std::size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + 14);
  painter.setFont(uiFont(11));
  painter.setPen(theme().ink2);
  for (const Label& label : labels) {
    painter.drawText(QRectF(box.right() + 10, label.y - 8, kHandleWidth, 16), Qt::AlignLeft | Qt::AlignVCenter,
                     label.text);
  }
}

void RangesChart::paintTooltip(QPainter& painter) const {
  if (m_dragged) {
    const auto changed =
        std::count_if(m_points.begin(), m_points.end(), [](const RangePoint& point) { return point.changed; });
    const QString words = changed == 1 ? tr("1 site changes, circled") : tr("%1 sites change, circled").arg(changed);
    gui::paintTooltip(painter,
                      QPointF(area().left() + area().width() * 0.62, toPixel(0, threshold(*m_dragged)).y() + 8), area(),
                      tr("v%1  %2 → %3").arg(*m_dragged).arg(rangeText(m_before), rangeText(threshold(*m_dragged))) +
                          QLatin1Char('\n') + words + QLatin1Char('\n') + tr("Shift drags finely, Esc cancels"));
    return;
  }
  if (m_band || !m_hovered) return;
  const auto point = std::find_if(m_points.begin(), m_points.end(),
                                  [this](const RangePoint& candidate) { return candidate.site == *m_hovered; });
  if (point == m_points.end()) return;
  gui::paintTooltip(painter, toPixel(point->site.block, point->value), area(), point->tooltip);
}

}  // namespace oscope::gui
