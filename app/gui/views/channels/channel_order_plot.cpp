#include "app/gui/views/channels/channel_order_plot.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/plots/label_placement.h"
#include "app/gui/theme.h"
#include "quant/transform/channel_clusters.h"

namespace oscope::gui {
namespace {

constexpr double kBarsFrom = 3;     // pixels per channel: below, columns of several channels
constexpr double kBandUpTo = 0.25;  // pixels per channel: up to here, minimum to maximum is a band
constexpr double kThinnest = 1.5;   // pixels of a column
constexpr double kHitRadius = 12;   // pixels
constexpr std::size_t kSpikesDrawn = 400, kSpikesLabelled = 60;
constexpr double kRugHeight = 8;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

QString channelTooltip(const ChannelSeries& series, std::int64_t channel) {
  const auto j = static_cast<std::size_t>(channel);
  QString lines = QObject::tr("Channel %1\nmax |x| %2 · %3 median")
                      .arg(text(app::formatCount(channel)), text(app::formatRange(series.before[j])),
                           text(app::formatFactor(series.before[j] / series.medianBefore)));
  lines += QObject::tr("\nafter %1 %2 · s %3")
               .arg(text(series.fold.name), text(app::formatRange(series.after[j])),
                    text(app::formatRange(series.fold.scale[j])));
  if (!series.reference.empty()) {
    lines += QObject::tr("\nafter SmoothQuant %1 · s %2")
                 .arg(text(app::formatRange(series.reference[j])), text(app::formatRange(series.referenceScale[j])));
  }
  lines += QObject::tr("\neffective bits %1 → %2 of %3")
               .arg(quant::effectiveBits(series.before[j], series.rangeBefore, series.bits), 0, 'f', 1)
               .arg(quant::effectiveBits(series.after[j], series.rangeAfter, series.bits), 0, 'f', 1)
               .arg(series.bits);
  if (!series.labels.empty()) {
    lines += QObject::tr("\ncluster %1 of %2").arg(series.labels[j] + 1).arg(series.clusters);
  }
  return lines;
}

ChannelOrderPlot::ChannelOrderPlot(QWidget* parent) : PlotWidget(parent) {
  setMargins({72, 34, 14, 50});
  setMinimumHeight(150);
  setAccessibleName(tr("Largest absolute value of every channel, in order"));
  connect(this, &PlotWidget::clicked, this, [this](QPointF pixel) {
    if (const auto channel = channelAt(pixel)) emit channelClicked(*channel);
  });
  // A rubber band shows the channels inside it.
  connect(this, &PlotWidget::banded, this, [this](double xLow, double xHigh, double, double) {
    if (xHigh - xLow < 1) return;
    setVisible({std::max(xLow, -0.5), xHigh, false}, frame().y);
    emit zoomed();
  });
}

void ChannelOrderPlot::setSeries(std::shared_ptr<const ChannelSeries> series, std::vector<std::int64_t> spikes,
                                 bool grouped) {
  m_series = std::move(series);
  m_spikes = std::move(spikes);
  m_hovered.reset();
  m_order.clear();
  m_places.clear();
  if (!m_series) return update();
  m_before = m_series->before;
  m_after = m_series->after;
  m_reference = m_series->reference;
  if (grouped && !m_series->labels.empty()) {
    m_order = quant::channelOrder(m_series->labels);
    m_places.resize(m_order.size());
    for (std::size_t place = 0; place < m_order.size(); ++place) {
      const auto channel = static_cast<std::size_t>(m_order[place]);
      m_places[channel] = static_cast<std::int64_t>(place);
      m_before[place] = m_series->before[channel];
      m_after[place] = m_series->after[channel];
      if (!m_reference.empty()) m_reference[place] = m_series->reference[channel];
    }
  }
  // Dead channels have their own marks: no line down to them in every series.
  for (std::int64_t channel : m_series->dead) {
    m_after[static_cast<std::size_t>(placeOf(channel))] = NAN;
    if (!m_reference.empty()) m_reference[static_cast<std::size_t>(placeOf(channel))] = NAN;
  }
  setXGap(m_series->labels.empty() ? 0 : kRugHeight + 4);
}

void ChannelOrderPlot::setShown(const ShownSeries& shown) {
  m_shown = shown;
  update();
}

void ChannelOrderPlot::setSelected(std::optional<std::int64_t> channel) {
  m_selected = channel;
  update();
}

double ChannelOrderPlot::pixelsPerChannel() const {
  return frame().box.width() / (frame().x.high - frame().x.low);
}

std::int64_t ChannelOrderPlot::placeOf(std::int64_t channel) const {
  return m_places.empty() ? channel : m_places[static_cast<std::size_t>(channel)];
}

QPointF ChannelOrderPlot::tipOf(std::int64_t channel) const {
  const std::vector<float>& values = m_shown.before || !m_shown.after ? m_series->before : m_series->after;
  return frame().toPixel(static_cast<double>(placeOf(channel)), values[static_cast<std::size_t>(channel)]);
}

std::optional<std::vector<Tick>> ChannelOrderPlot::xTicks() const {
  if (m_order.empty()) return std::nullopt;
  std::vector<Tick> ticks;  // one in the middle of each cluster
  const auto labelAt = [&](std::size_t place) { return m_series->labels[static_cast<std::size_t>(m_order[place])]; };
  for (std::size_t first = 0, next = 0; first < m_order.size(); first = next) {
    for (next = first; next < m_order.size() && labelAt(next) == labelAt(first);) ++next;
    const double middle = static_cast<double>(first + next - 1) / 2;
    if (middle < frame().x.low || middle > frame().x.high) continue;
    ticks.push_back({middle, QString::number(labelAt(first) + 1), true});
  }
  return ticks;
}

void ChannelOrderPlot::paintColumns(QPainter& painter, const std::vector<float>& values, const QColor& color,
                                    bool filled) const {
  const int columns = static_cast<int>(std::round(frame().box.width()));
  std::vector<QLineF> lines;
  const std::vector<ColumnRange> ranges = columnRanges(values, frame().x, columns);
  for (int column = 0; column < columns; ++column) {
    const ColumnRange& range = ranges[static_cast<std::size_t>(column)];
    if (range.first < 0) continue;
    const double x = std::floor(frame().box.left()) + column + 0.5;
    const double high = frame().toPixel(0, range.high).y(), low = frame().toPixel(0, range.low).y();
    lines.emplace_back(x, high, x, filled ? frame().box.bottom() : std::max(low, high + kThinnest));
  }
  painter.setPen(QPen(color, 1, Qt::SolidLine, Qt::FlatCap));
  painter.drawLines(lines.data(), static_cast<int>(lines.size()));
}

void ChannelOrderPlot::paintBars(QPainter& painter) const {
  const Theme& t = theme();
  const double width = std::max(1.5, std::min(40.0, pixelsPerChannel() * 0.78));
  const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(frame().x.low)));
  const auto last = std::min<std::int64_t>(static_cast<std::int64_t>(m_before.size()) - 1,
                                           static_cast<std::int64_t>(std::ceil(frame().x.high)));
  QColor ground = t.before;
  ground.setAlphaF(0.75f);
  const auto cap = [&](std::int64_t place, const std::vector<float>& values, const QColor& color, double thickness) {
    if (std::isnan(values[static_cast<std::size_t>(place)])) return;
    const QPointF at = frame().toPixel(static_cast<double>(place), values[static_cast<std::size_t>(place)]);
    painter.fillRect(QRectF(at.x() - width / 2, at.y() - thickness / 2, width, thickness), color);
  };
  for (std::int64_t place = first; place <= last; ++place) {
    const QPointF at = frame().toPixel(static_cast<double>(place), m_before[static_cast<std::size_t>(place)]);
    if (m_shown.before) {
      painter.fillRect(QRectF(at.x() - width / 2, at.y(), width, frame().box.bottom() - at.y()), ground);
    }
    if (m_shown.reference && !m_reference.empty()) cap(place, m_reference, t.reference, 1.5);
    if (m_shown.after) cap(place, m_after, t.laeMark, 2);
  }
}

void ChannelOrderPlot::paintData(QPainter& painter, const PlotFrame&) {
  if (!m_series) return;
  painter.setRenderHint(QPainter::Antialiasing, false);
  if (pixelsPerChannel() >= kBarsFrom) {
    paintBars(painter);
  } else {
    const bool sparse = pixelsPerChannel() > kBandUpTo;
    if (m_shown.before) paintColumns(painter, m_before, mixed(theme().surface, theme().before, 0.62), sparse);
    if (m_shown.after) paintColumns(painter, m_after, theme().laeMark, sparse && !m_shown.before);
    // Not beside the other two: a third band would hide them.
    if (m_shown.reference && !m_shown.before && !m_reference.empty())
      paintColumns(painter, m_reference, theme().reference, false);
  }
  painter.setRenderHint(QPainter::Antialiasing);
}

void ChannelOrderPlot::paintSpikes(QPainter& painter, bool ofBefore) {
  const Theme& t = theme();
  const QFont font = monoFont(11);
  const QFontMetricsF metrics(font);
  std::vector<std::int64_t> drawn;
  if (m_selected && *m_selected < static_cast<std::int64_t>(m_before.size())) drawn.push_back(*m_selected);
  for (std::int64_t channel : m_spikes) {
    if (drawn.size() >= kSpikesDrawn) break;
    if (channel != m_selected) drawn.push_back(channel);
  }
  std::erase_if(drawn, [&](std::int64_t channel) {
    const auto place = static_cast<double>(placeOf(channel));
    return place < frame().x.low || place > frame().x.high;
  });
  std::vector<SpikeTip> tips;
  for (std::int64_t channel : drawn) {
    const auto j = static_cast<std::size_t>(channel);
    const QPointF tip = tipOf(channel);
    const double foot = ofBefore && m_shown.after ? std::max(tip.y(), frame().toPixel(0, m_series->after[j]).y())
                                                  : frame().box.bottom();
    const QString label = text(app::formatCount(channel));
    tips.push_back({tip, QSizeF(metrics.horizontalAdvance(label) + 2, 14), foot});
  }
  const bool bars = pixelsPerChannel() >= kBarsFrom;
  for (std::size_t i = drawn.size(); i-- > 0;) {  // the largest on top
    const bool selected = drawn[i] == m_selected;
    const QColor color = selected ? t.ink : t.ink2;
    if (!bars && ofBefore && frame().box.contains(tips[i].tip)) {
      painter.setPen(QPen(color, selected ? 1.8 : 1.3));
      painter.drawLine(tips[i].tip, QPointF(tips[i].tip.x(), tips[i].foot));
    }
    if (!frame().box.adjusted(-2, -2, 2, 2).contains(tips[i].tip)) continue;
    painter.setPen(QPen(t.surface, 1));
    painter.setBrush(color);
    painter.drawEllipse(tips[i].tip, 3.2, 3.2);
    if (selected || drawn[i] == m_hovered) {
      painter.setPen(QPen(t.ink, 1.6));
      painter.setBrush(Qt::NoBrush);
      painter.drawEllipse(tips[i].tip, 6.5, 6.5);
    }
  }
  std::vector<SpikeTip> candidates(tips.begin(),
                                   tips.begin() + static_cast<std::ptrdiff_t>(std::min(tips.size(), kSpikesLabelled)));
  const std::vector<QRectF> boxes = placeSpikeLabels(candidates, frame().box.adjusted(0, -16, 0, -2));
  m_labelled.clear();
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (boxes[i].isNull()) continue;
    const bool selected = drawn[i] == m_selected;
    m_labelled.push_back(drawn[i]);
    if (selected) {  // may stand in the middle of the band
      QColor ground = t.surface;
      ground.setAlphaF(0.8f);
      painter.fillRect(boxes[i], ground);
    }
    painter.setFont(selected ? monoFont(11, QFont::DemiBold) : font);
    painter.setPen(selected ? t.ink : t.ink2);
    painter.drawText(boxes[i].adjusted(-4, 0, 4, 0), Qt::AlignCenter, text(app::formatCount(drawn[i])));
  }
}

void ChannelOrderPlot::paintDead(QPainter& painter) const {
  constexpr double kArrowGap = 3;  // pixels: closer ones are one arrow
  const Theme& t = theme();
  const double bottom = frame().box.bottom();
  std::vector<std::pair<double, std::int64_t>> arrows;
  for (std::int64_t channel : m_series->dead) {
    const double x = frame().toPixel(static_cast<double>(placeOf(channel)), 1).x();
    if (x >= frame().box.left() && x <= frame().box.right()) arrows.emplace_back(x, channel);
  }
  std::sort(arrows.begin(), arrows.end());
  painter.setFont(uiFont(11));
  const QFontMetricsF metrics(painter.font());
  double lastArrow = -1e9;
  for (std::size_t i = 0; i < arrows.size(); ++i) {
    const double x = arrows[i].first;
    if (x < lastArrow + kArrowGap) continue;
    lastArrow = x;
    painter.setPen(QPen(t.ink2, 1.2));
    painter.drawLine(QPointF(x, bottom - 15), QPointF(x, bottom - 2));
    painter.drawLine(QPointF(x - 3.5, bottom - 6), QPointF(x, bottom - 2));
    painter.drawLine(QPointF(x + 3.5, bottom - 6), QPointF(x, bottom - 2));
    const QString label = tr("%1 dead").arg(text(app::formatCount(arrows[i].second)));
    const QRectF box(x + 7, bottom - 18, metrics.horizontalAdvance(label) + 4, 14);
    const double next = i + 1 < arrows.size() ? arrows[i + 1].first - 5 : frame().box.right();
    if (box.right() > next) continue;
    painter.fillRect(box, t.surface);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, label);
  }
}

void ChannelOrderPlot::paintClusterRug(QPainter& painter) const {
  if (m_series->labels.empty()) return;
  // Wider clusters are darker. Several in one column: the widest shows.
  std::vector<float> labels;
  for (std::size_t place = 0; place < m_series->labels.size(); ++place) {
    const std::size_t channel = m_order.empty() ? place : static_cast<std::size_t>(m_order[place]);
    labels.push_back(static_cast<float>(m_series->labels[channel]));
  }
  const int columns = static_cast<int>(std::round(frame().box.width()));
  const std::vector<ColumnRange> ranges = columnRanges(labels, frame().x, columns);
  const double most = std::max(1, m_series->clusters - 1);
  float last = -1;
  for (int column = 0; column < columns; ++column) {
    const ColumnRange& range = ranges[static_cast<std::size_t>(column)];
    if (range.first >= 0) last = range.high;
    if (last < 0) continue;
    const QColor color = mixed(theme().surface, theme().ink2, 0.12 + 0.88 * last / most);
    painter.fillRect(QRectF(frame().box.left() + column, frame().box.bottom() + 3, 1, kRugHeight), color);
  }
}

void ChannelOrderPlot::paintFront(QPainter& painter, const PlotFrame&) {
  const Theme& t = theme();
  painter.setFont(uiFont(11, QFont::DemiBold));
  painter.setPen(t.ink2);
  painter.drawText(QRectF(frame().box.left(), 2, 300, 16), Qt::AlignLeft | Qt::AlignVCenter,
                   m_order.empty() ? tr("in order") : tr("by cluster"));
  if (!m_series) return;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  paintClusterRug(painter);
  painter.restore();
  paintSpikes(painter, m_shown.before || !m_shown.after);
  paintDead(painter);
  if (m_hovered) paintTooltip(painter, tipOf(*m_hovered), QRectF(rect()), channelTooltip(*m_series, *m_hovered));
}

std::optional<std::int64_t> ChannelOrderPlot::spikeNear(QPointF pixel) const {
  std::optional<std::int64_t> nearest;
  double best = kHitRadius;
  for (std::size_t i = 0; m_series && i < std::min(m_spikes.size(), kSpikesDrawn); ++i) {
    const QPointF tip = tipOf(m_spikes[i]);
    const double distance = std::hypot(tip.x() - pixel.x(), tip.y() - pixel.y());
    if (distance < best) {
      best = distance;
      nearest = m_spikes[i];
    }
  }
  return nearest;
}

std::optional<std::int64_t> ChannelOrderPlot::channelAt(QPointF pixel) const {
  if (!m_series || m_before.empty() || !frame().box.adjusted(-2, -12, 2, 2).contains(pixel)) return std::nullopt;
  if (const auto spike = spikeNear(pixel)) return spike;
  const std::vector<float>& values = m_shown.before || !m_shown.after ? m_before : m_after;
  const auto count = static_cast<std::int64_t>(values.size());
  const double reach = pixelsPerChannel() >= kBarsFrom ? 0 : 1.5;
  const double low = frame().toValue(pixel - QPointF(reach, 0)).x(),
               high = frame().toValue(pixel + QPointF(reach, 0)).x();
  const auto first = std::clamp<std::int64_t>(std::llround(low), 0, count - 1);
  const auto last = std::clamp<std::int64_t>(std::llround(high), first, count - 1);
  const auto top = std::max_element(values.begin() + first, values.begin() + last + 1,
                                    [](float a, float b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const auto place = top - values.begin();
  return m_order.empty() ? place : m_order[static_cast<std::size_t>(place)];
}

bool ChannelOrderPlot::hitTest(QPointF pixel) const {
  return spikeNear(pixel).has_value();
}

void ChannelOrderPlot::hoverAt(std::optional<QPointF> pixel) {
  m_hovered = pixel ? channelAt(*pixel) : std::nullopt;
  setCursor(pixel && spikeNear(*pixel) ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
}

}  // namespace oscope::gui
