#include "app/gui/views/channels/channel_rank_plot.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/plots/label_placement.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kPen = 1.8;  // pixels of a curve
constexpr double kDot = 5;    // radius of the selected channel's mark

}  // namespace

ChannelRankPlot::ChannelRankPlot(QWidget* parent) : PlotWidget(parent) {
  setMinimumHeight(150);
  setAccessibleName(tr("Largest absolute value of every channel, sorted"));
  setAlone(false);
  connect(this, &PlotWidget::clicked, this, [this](QPointF pixel) {
    if (const auto rank = rankAt(pixel)) {
      emit channelClicked(m_series->rankedBefore.places[static_cast<std::size_t>(*rank)]);
    }
  });
}

void ChannelRankPlot::setSeries(std::shared_ptr<const ChannelSeries> series) {
  m_series = std::move(series);
  m_hoveredRank.reset();
  setXGap(m_series && !m_series->labels.empty() ? 12 : 0);  // the axes of both panes stand at one height
  setSelected(m_selected);
}

void ChannelRankPlot::setShown(const ShownSeries& shown) {
  m_shown = shown;
  update();
}

void ChannelRankPlot::setSelected(std::optional<std::int64_t> channel) {
  m_selected = channel;
  m_selectedRank.reset();
  if (m_series && channel) {
    const auto& places = m_series->rankedBefore.places;
    const auto found = std::find(places.begin(), places.end(), *channel);
    if (found != places.end()) m_selectedRank = found - places.begin();
  }
  update();
}

void ChannelRankPlot::setAlone(bool alone) {
  setMargins({alone ? 72.0 : 8.0, 34, 24, 50});
  setTitles(tr("rank, log scale"), alone ? tr("max |x| of a channel") : QString());
}

QPolygonF ChannelRankPlot::curveOf(const Ranked& ranked) const {
  const int columns = static_cast<int>(std::round(frame().box.width()));
  QPolygonF curve;
  const std::vector<ColumnRange> ranges = columnRanges(ranked.values, frame().x, columns, 1);
  for (int column = 0; column < columns; ++column) {
    const ColumnRange& range = ranges[static_cast<std::size_t>(column)];
    if (range.first < 0) continue;
    // Few values: the exact place; many: the column.
    const double x = range.first == range.last ? frame().toPixel(static_cast<double>(range.first) + 1, 1).x()
                                               : frame().box.left() + column + 0.5;
    if (!curve.isEmpty()) curve << QPointF(x, curve.back().y());
    curve << QPointF(x, frame().toPixel(1, range.high).y()) << QPointF(x, frame().toPixel(1, range.low).y());
  }
  return curve;
}

void ChannelRankPlot::paintCurve(QPainter& painter, const Ranked& ranked, const QColor& color, bool dashed) const {
  QPen pen(color, kPen, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
  if (dashed) pen.setDashPattern({4, 2.5});
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(curveOf(ranked));
}

void ChannelRankPlot::paintData(QPainter& painter, const PlotFrame&) {
  if (!m_series) return;
  if (m_shown.before) paintCurve(painter, m_series->rankedBefore, theme().before, false);
  if (m_shown.reference) paintCurve(painter, m_series->rankedReference, theme().reference, true);
  if (m_shown.after) paintCurve(painter, m_series->rankedAfter, theme().laeMark, false);
  if (const auto at = selectedPlace()) {
    painter.setPen(QPen(theme().ink, 1.6));
    painter.setBrush(theme().surface);
    painter.drawEllipse(*at, kDot, kDot);
  }
}

std::optional<QPointF> ChannelRankPlot::selectedPlace() const {
  if (!m_selectedRank || !m_shown.before) return std::nullopt;
  return frame().toPixel(static_cast<double>(*m_selectedRank) + 1,
                         m_series->rankedBefore.values[static_cast<std::size_t>(*m_selectedRank)]);
}

void ChannelRankPlot::paintNames(QPainter& painter) const {
  const QRectF& box = frame().box;
  std::vector<std::vector<ColumnSpan>> curves;
  const auto addCurve = [&](bool shown, const Ranked& ranked) {
    if (shown && !ranked.values.empty()) curves.push_back(columnSpans(curveOf(ranked), kPen, box));
  };
  addCurve(m_shown.before, m_series->rankedBefore);
  addCurve(m_shown.after, m_series->rankedAfter);
  addCurve(m_shown.reference, m_series->rankedReference);
  painter.setFont(uiFont(11, QFont::DemiBold));
  const QFontMetricsF metrics(painter.font());
  std::vector<QRectF> taken;
  if (const auto at = selectedPlace()) taken.emplace_back(at->x() - kDot, at->y() - kDot, 2 * kDot, 2 * kDot);
  const auto name = [&](const QString& words, std::size_t which, bool fromRight, const QColor& color) {
    const QSizeF size(metrics.horizontalAdvance(words) + 2, 14);
    const QRectF place = placeCurveLabel(curves, which, size, box, fromRight, taken);
    if (place.isNull()) return;
    taken.push_back(place);
    painter.setPen(color);
    painter.drawText(place.adjusted(0, 0, 8, 0), Qt::AlignLeft | Qt::AlignVCenter, words);
  };
  if (m_shown.before) name(tr("before"), 0, false, theme().ink2);
  if (m_shown.after) name(tr("after"), m_shown.before ? 1 : 0, true, mixed(theme().laeMark, theme().ink, 0.35));
}

void ChannelRankPlot::paintFront(QPainter& painter, const PlotFrame&) {
  const Theme& t = theme();
  painter.setFont(uiFont(11, QFont::DemiBold));
  painter.setPen(t.ink2);
  painter.drawText(QRectF(frame().box.left(), 2, 200, 16), Qt::AlignLeft | Qt::AlignVCenter, tr("sorted"));
  if (!m_series || m_series->before.empty()) return;
  paintNames(painter);
  if (m_hoveredRank) {
    const auto rank = static_cast<std::size_t>(*m_hoveredRank);
    const QPointF at = frame().toPixel(static_cast<double>(rank) + 1, m_series->rankedBefore.values[rank]);
    painter.setPen(QPen(t.ink, 1.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at, kDot, kDot);
    paintTooltip(painter, at, QRectF(rect()),
                 channelTooltip(*m_series, m_series->rankedBefore.places[rank]) +
                     tr("\nrank %1 of %2").arg(rank + 1).arg(m_series->before.size()));
  }
}

std::optional<std::int64_t> ChannelRankPlot::rankAt(QPointF pixel) const {
  if (!m_series || m_series->before.empty() || !frame().box.contains(pixel)) return std::nullopt;
  const std::int64_t rank = std::llround(frame().toValue(pixel).x()) - 1;
  return std::clamp<std::int64_t>(rank, 0, static_cast<std::int64_t>(m_series->before.size()) - 1);
}

void ChannelRankPlot::hoverAt(std::optional<QPointF> pixel) {
  m_hoveredRank = pixel ? rankAt(*pixel) : std::nullopt;
  update();
}

}  // namespace oscope::gui
