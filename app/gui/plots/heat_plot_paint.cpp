// How HeatPlot looks.
#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/plots/heat_plot.h"
#include "app/gui/plots/plot_paint.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kRowLabelGap = 15;  // pixels between the centres of row labels
constexpr double kWaitingOpacity = 0.6;
constexpr int kWaitingAfter = 200;  // milliseconds

}  // namespace

void HeatPlot::paintAll(QPainter& painter, const Pictures& pictures, bool live) {
  const Theme& t = theme();
  painter.setRenderHint(QPainter::Antialiasing);
  if (m_bands.empty()) {
    painter.setFont(uiFont(12));
    painter.setPen(t.ink2);
    painter.drawText(rect().adjusted(24, 0, -24, 0), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    return;
  }
  const bool old = !isSettled();
  for (int band = 0; band < static_cast<int>(m_bands.size()); ++band) {
    if (live && old && m_since.isValid() && m_since.elapsed() >= kWaitingAfter) painter.setOpacity(kWaitingOpacity);
    paintBand(painter, band, pictures);
    painter.setOpacity(1);
    paintLabels(painter, band);
    if (!m_bands[static_cast<std::size_t>(band)].rowBars.empty()) paintBars(painter, band);
  }
  if (!m_columnTitle.isEmpty()) {
    const QRectF box = boxOf(static_cast<int>(m_bands.size()) - 1);
    painter.setFont(uiFont(11));
    painter.setPen(t.ink3);
    painter.drawText(QRectF(box.left(), height() - 19, box.width(), 16), Qt::AlignCenter, m_columnTitle);
  }
  paintMark(painter);
  const std::optional<HeatCell> at = m_cursor ? m_cursor : m_hovered;
  if (live && at && !m_panning) {
    paintCross(painter, *at);
    if (m_tooltip) paintTooltip(painter, cellRect(*at).center(), QRectF(rect()), m_tooltip(*at));
  }
  if (live && hasFocus()) {
    painter.setPen(QPen(t.accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  }
}

void HeatPlot::paintBand(QPainter& painter, int band, const Pictures& pictures) const {
  const QRectF box = boxOf(band);
  painter.fillRect(box, QColor::fromRgb(heatColors().front()));
  const auto index = static_cast<std::size_t>(band);
  if (index >= pictures.images.size() || pictures.images[index].isNull()) return;
  const QImage& image = pictures.images[index];
  const HeatWindow& own = pictures.window;
  if (own == m_window) {
    drawLargeImage(painter, box, image);
    return;
  }
  // Until the new picture is here, the old one stands where its cells are now.
  const double xScale = box.width() / (m_window.right - m_window.left);
  const double yScale = box.height() / (m_window.bottom - m_window.top);
  const QRectF target(box.left() + (own.left - m_window.left) * xScale, box.top() + (own.top - m_window.top) * yScale,
                      (own.right - own.left) * xScale, (own.bottom - own.top) * yScale);
  const QRectF shown = target.intersected(box);
  if (shown.isEmpty()) return;
  const double sx = image.width() / target.width(), sy = image.height() / target.height();
  painter.drawImage(shown, image,
                    QRectF((shown.left() - target.left()) * sx, (shown.top() - target.top()) * sy, shown.width() * sx,
                           shown.height() * sy));
}

void HeatPlot::paintLabels(QPainter& painter, int band) const {
  const Theme& t = theme();
  const HeatBand& data = m_bands[static_cast<std::size_t>(band)];
  const QRectF box = boxOf(band);
  painter.setFont(uiFont(12, QFont::DemiBold));
  painter.setPen(t.ink);
  const double middle = std::min(box.center().y(), box.top() + 40);
  painter.drawText(QRectF(24, middle - 17, 60, 16), Qt::AlignLeft | Qt::AlignVCenter, data.title);
  painter.setFont(monoFont(11));
  painter.setPen(t.ink3);
  painter.drawText(QRectF(24, middle, 60, 16), Qt::AlignLeft | Qt::AlignVCenter, data.hint);

  std::vector<Tick> rowTicks;
  if (data.rowLabels.empty()) {
    rowTicks = blockTicks(static_cast<int>(rows()), m_window.top, m_window.bottom - 1);
  } else {
    for (std::size_t row = 0; row < data.rowLabels.size(); ++row) {
      rowTicks.push_back({static_cast<double>(row), data.rowLabels[row], true});
    }
  }
  // The first and the last visible row keep their labels; others give way.
  const auto centreOf = [&](const Tick& tick) { return toPixel(band, tick.value + 0.5, 0).y(); };
  const auto isShown = [&](double y) { return y >= box.top() - 1 && y <= box.bottom() + 1; };
  std::erase_if(rowTicks, [&](const Tick& tick) { return !isShown(centreOf(tick)); });
  double lowest = box.bottom() + kRowLabelGap;
  for (std::size_t i = rowTicks.size(); i-- > 0;) {
    const double y = centreOf(rowTicks[i]);
    if (y > lowest - kRowLabelGap || (i > 0 && y < centreOf(rowTicks.front()) + kRowLabelGap)) continue;
    lowest = y;
    painter.setPen(t.ink2);
    painter.drawText(QRectF(box.left() - 80, y - 8, 68, 16), Qt::AlignRight | Qt::AlignVCenter, rowTicks[i].label);
  }
  if (data.divider > 0) {
    const double y = toPixel(band, static_cast<double>(data.divider), 0).y();
    painter.setPen(QPen(heatInk(0.5), 1, Qt::DashLine));
    if (y > box.top() && y < box.bottom()) painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
  }

  const auto columns = static_cast<double>(data.values->columns());
  double right = -1e9;
  for (const Tick& tick : linearTicks(m_window.left * columns, m_window.right * columns,
                                      std::max(2, static_cast<int>(box.width() / 120)))) {
    if (tick.value != std::floor(tick.value) || tick.value >= columns) continue;
    const double x = toPixel(band, 0, tick.value + 0.5).x();
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(tick.label);
    if (x < box.left() - 1 || x > box.right() + 1 || x - width / 2 < right + 8) continue;
    right = x + width / 2;
    painter.setPen(QPen(t.borderStrong, 1));
    painter.drawLine(QPointF(std::round(x) + 0.5, box.bottom() + 1), QPointF(std::round(x) + 0.5, box.bottom() + 4));
    painter.setPen(t.ink2);
    painter.drawText(QRectF(x - width / 2 - 2, box.bottom() + 5, width + 4, 14), Qt::AlignCenter, tick.label);
  }
  if (m_rowTitle.isEmpty()) return;
  painter.save();
  painter.setFont(uiFont(11));
  painter.setPen(t.ink3);
  painter.translate(12, box.center().y());
  painter.rotate(-90);
  painter.drawText(QRectF(-box.height() / 2 - 20, -9, box.height() + 40, 18), Qt::AlignCenter, m_rowTitle);
  painter.restore();
}

void HeatPlot::paintBars(QPainter& painter, int band) const {
  const Theme& t = theme();
  const HeatBand& data = m_bands[static_cast<std::size_t>(band)];
  const QRectF box = boxOf(band);
  const QRectF area(box.right() + 24, box.top(), width() - box.right() - 48, box.height());
  const float most = *std::max_element(data.rowBars.begin(), data.rowBars.end());
  if (!(most > 0) || area.width() < 20) return;
  painter.setFont(monoFont(10.5));
  const std::vector<Tick> ticks = linearTicks(0, most, 2);
  for (const Tick& tick : ticks) {
    const double x = std::round(area.left() + tick.value / most * area.width()) + 0.5;
    painter.setPen(QPen(t.gridMajor, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setPen(t.ink2);
    painter.drawText(QRectF(x - 30, area.bottom() + 5, 60, 14), Qt::AlignCenter, tick.label);
  }
  painter.save();
  painter.setClipRect(area);
  painter.setRenderHint(QPainter::Antialiasing, false);
  for (std::size_t row = 0; row < data.rowBars.size(); ++row) {
    const double top = toPixel(band, static_cast<double>(row), 0).y();
    const double bottom = toPixel(band, static_cast<double>(row + 1), 0).y();
    const double gap = bottom - top > 4 ? 1 : 0;
    painter.fillRect(QRectF(area.left(), top, data.rowBars[row] / most * area.width(), bottom - top - gap), t.before);
  }
  painter.restore();
  if (m_columnTitle.isEmpty()) return;
  painter.setFont(uiFont(11));
  painter.setPen(t.ink3);
  painter.drawText(QRectF(area.left() - 12, height() - 19, area.width() + 36, 16), Qt::AlignCenter, m_barTitle);
}

void HeatPlot::paintMark(QPainter& painter) const {
  if (!m_mark || m_mark->band >= static_cast<int>(m_bands.size())) return;
  const QRectF box = boxOf(m_mark->band);
  painter.save();
  painter.setBrush(Qt::NoBrush);
  if (m_mark->row) {
    const double top = toPixel(m_mark->band, static_cast<double>(*m_mark->row), 0).y();
    const double bottom = toPixel(m_mark->band, static_cast<double>(*m_mark->row + 1), 0).y();
    const double middle = (top + bottom) / 2, half = std::max(3.0, (bottom - top) / 2 + 1);
    if (middle >= box.top() && middle <= box.bottom()) {
      painter.setPen(QPen(theme().ink, 1.6));
      const QPointF tip(box.left() - 3, middle);
      painter.drawPolyline(QPolygonF({tip + QPointF(-4, -4), tip, tip + QPointF(-4, 4)}));
      painter.setPen(QPen(heatInk(0.95), 1));
      painter.drawRect(QRectF(box.left(), middle - half, box.width(), 2 * half));
    }
  }
  if (m_mark->column) {
    const std::int64_t row = m_mark->row.value_or(0);
    const QPointF at = cellRect({m_mark->band, row, *m_mark->column}).center();
    painter.setClipRect(box.adjusted(-6, -6, 6, 6));
    painter.setPen(QPen(heatInk(), 1.6));
    if (m_mark->row) {
      painter.drawEllipse(at, 5, 5);
    } else {
      painter.drawLine(QPointF(at.x(), box.top() - 3), QPointF(at.x(), box.top() + 3));
      painter.drawLine(QPointF(at.x(), box.bottom() - 3), QPointF(at.x(), box.bottom() + 3));
    }
  }
  painter.restore();
}

void HeatPlot::paintCross(QPainter& painter, const HeatCell& cell) const {
  const QRectF box = boxOf(cell.band), at = cellRect(cell);
  painter.save();
  painter.setClipRect(box);
  painter.setPen(QPen(heatInk(0.45), 1));
  const QPointF centre = at.center();
  painter.drawLine(QPointF(centre.x(), box.top()), QPointF(centre.x(), box.bottom()));
  painter.drawLine(QPointF(box.left(), centre.y()), QPointF(box.right(), centre.y()));
  painter.setClipRect(box.adjusted(-7, -7, 7, 7));
  painter.setPen(QPen(heatInk(), 1.4));
  painter.setBrush(Qt::NoBrush);
  if (at.width() > 10 && at.height() > 10) {
    painter.drawRect(at.adjusted(0.5, 0.5, -0.5, -0.5));
  } else {
    painter.drawEllipse(centre, 5.5, 5.5);
  }
  painter.restore();
}

}  // namespace oscope::gui
