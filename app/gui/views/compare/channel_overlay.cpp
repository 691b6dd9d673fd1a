#include "app/gui/views/compare/channel_overlay.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "app/common/number_format.h"
#include "app/gui/plots/decimate.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

QColor colorOf(bool isB) {
  return isB ? theme().accent : theme().before;
}

QString shown(const std::vector<float>& values, std::size_t place) {
  return place < values.size() ? QString::fromStdString(app::formatRange(values[place])) : QStringLiteral("–");
}

/// A bar from the least to the largest value of each pixel column, joined over the columns: every spike stays.
void paintSeries(QPainter& painter, const PlotFrame& frame, const std::vector<float>& values, const QColor& color) {
  const int columns = std::max(1, static_cast<int>(frame.box.width()));
  const std::vector<ColumnRange> ranges = columnRanges(values, frame.x, columns);
  painter.setPen(QPen(color, 1.4));
  std::optional<QPointF> before;
  for (std::size_t c = 0; c < ranges.size(); ++c) {
    const ColumnRange& range = ranges[c];
    if (range.first < 0) continue;
    const auto at = [&](std::int64_t place, float value) { return frame.toPixel(static_cast<double>(place), value); };
    const QPointF first = at(range.first, values[static_cast<std::size_t>(range.first)]);
    if (before) painter.drawLine(*before, first);
    if (range.last > range.first) {
      const double x = frame.box.left() + static_cast<double>(c) + 0.5;
      painter.drawLine(QPointF(x, at(range.first, range.low).y()), QPointF(x, at(range.first, range.high).y()));
    }
    before = at(range.last, values[static_cast<std::size_t>(range.last)]);
  }
}

}  // namespace

ChannelOverlay::ChannelOverlay(QWidget* parent) : PlotWidget(parent) {
  setAccessibleName(tr("Channels of the selected site in both snapshots"));
  setMinimumHeight(160);
  refresh();
}

void ChannelOverlay::setSeries(std::vector<float> a, std::vector<float> b) {
  m_a = std::move(a);
  m_b = std::move(b);
  refresh();
}

void ChannelOverlay::setSorted(bool sorted) {
  m_sorted = sorted;
  refresh();
}

void ChannelOverlay::refresh() {
  m_shownA = m_a;
  m_shownB = m_b;
  if (m_sorted) {
    std::sort(m_shownA.begin(), m_shownA.end(), std::greater<>());
    std::sort(m_shownB.begin(), m_shownB.end(), std::greater<>());
  }
  std::vector<double> all(m_a.begin(), m_a.end());
  all.insert(all.end(), m_b.begin(), m_b.end());
  const auto channels = static_cast<double>(std::max(m_a.size(), m_b.size()));
  Scale x;
  x.low = -0.5;
  x.high = std::max(channels - 0.5, 0.5);
  setTitles(m_sorted ? tr("channels, largest first") : tr("channel"), tr("max |x|, log scale"));
  setScales(x, logScale(all));
}

void ChannelOverlay::paintData(QPainter& painter, const PlotFrame& frame) {
  paintSeries(painter, frame, m_shownA, colorOf(false));
  paintSeries(painter, frame, m_shownB, colorOf(true));
}

void ChannelOverlay::hoverAt(std::optional<QPointF> pixel) {
  m_hover = pixel;
  update();
}

void ChannelOverlay::paintFront(QPainter& painter, const PlotFrame& frame) {
  const std::size_t most = std::max(m_shownA.size(), m_shownB.size());
  if (!m_hover || most == 0 || !frame.box.contains(*m_hover)) return;
  const double place = std::clamp(std::round(frame.toValue(*m_hover).x()), 0.0, static_cast<double>(most - 1));
  const auto index = static_cast<std::size_t>(place);
  const double x = frame.toPixel(place, 1).x();
  painter.setPen(QPen(theme().ink3, 1, Qt::DashLine));
  painter.drawLine(QPointF(x, frame.box.top()), QPointF(x, frame.box.bottom()));
  const QString title = m_sorted ? tr("Place %1").arg(index + 1) : tr("Channel %1").arg(index);
  QString text = tr("%1\nA %2\nB %3").arg(title, shown(m_shownA, index), shown(m_shownB, index));
  if (index < m_shownA.size() && index < m_shownB.size() && m_shownA[index] > 0) {
    const double factor = static_cast<double>(m_shownB[index]) / m_shownA[index];
    text += tr("\nB / A %1").arg(QString::fromStdString(app::formatFactor(factor)));
  }
  paintTooltip(painter, QPointF(x, m_hover->y()), rect(), text);
}

OverlayLegend::OverlayLegend(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  setAccessibleName(tr("A grey, B coloured"));
}

QSize OverlayLegend::sizeHint() const {
  return {92, 20};
}

void OverlayLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(uiFont(11));
  for (const bool isB : {false, true}) {
    const double left = isB ? 46 : 0;
    painter.setPen(QPen(colorOf(isB), 2));
    painter.drawLine(QPointF(left, height() / 2.0), QPointF(left + 16, height() / 2.0));
    painter.setPen(theme().ink2);
    painter.drawText(QRectF(left + 22, 0, 22, height()), Qt::AlignVCenter | Qt::AlignLeft,
                     isB ? QStringLiteral("B") : QStringLiteral("A"));
  }
}

}  // namespace oscope::gui
