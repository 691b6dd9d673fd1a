#include "app/gui/views/distribution/position_plot.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/plots/decimate.h"
#include "app/gui/theme.h"
#include "app/gui/token_text.h"

namespace oscope::gui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

constexpr double kReach = 3;  // pixels around the cursor

}  // namespace

PositionPlot::PositionPlot(QWidget* parent) : PlotWidget(parent) {
  setMargins({72, 24, 24, 46});
  setMinimumHeight(130);
  setTitles(tr("token position"), tr("max |x|, log scale"));
  setAccessibleName(tr("Largest absolute value by token position"));
  connect(this, &PlotWidget::clicked, this, [this](QPointF pixel) {
    if (const auto position = positionAt(pixel)) emit tokenClicked(m_profile.highToken[*position]);
  });
}

void PositionPlot::setProfile(stats::PositionProfile profile, stats::SnapshotPtr snapshot) {
  m_profile = std::move(profile);
  m_snapshot = std::move(snapshot);
  m_hovered.reset();
  m_top =
      static_cast<std::size_t>(std::max_element(m_profile.high.begin(), m_profile.high.end()) - m_profile.high.begin());
  std::vector<double> values(m_profile.high.begin(), m_profile.high.end());
  values.insert(values.end(), m_profile.low.begin(), m_profile.low.end());
  Scale y = logScale(values);
  y.high *= 1.25;  // room for the labels
  setScales({-0.5, std::max(0.5, static_cast<double>(m_profile.high.size()) - 0.5), false}, y);
}

void PositionPlot::setSelected(std::optional<std::int64_t> token, double value) {
  m_selected = token;
  m_selectedValue = value;
  update();
}

void PositionPlot::paintData(QPainter& painter, const PlotFrame&) {
  if (m_profile.high.empty()) return;
  const QRectF& box = frame().box;
  const int columns = static_cast<int>(std::round(box.width()));
  const auto high = columnRanges(m_profile.high, frame().x, columns);
  const auto low = columnRanges(m_profile.low, frame().x, columns);
  const auto middle = columnRanges(m_profile.median, frame().x, columns);
  QPolygonF upper, lower, line;
  for (int column = 0; column < columns; ++column) {
    const auto c = static_cast<std::size_t>(column);
    if (high[c].first < 0) continue;
    const double x = high[c].first == high[c].last ? frame().toPixel(static_cast<double>(high[c].first), 1).x()
                                                   : box.left() + column + 0.5;
    upper << QPointF(x, frame().toPixel(0, high[c].high).y());
    lower << QPointF(x, frame().toPixel(0, low[c].low).y());
    line << QPointF(x, frame().toPixel(0, middle[c].high).y());
    if (middle[c].low < middle[c].high) line << QPointF(x, frame().toPixel(0, middle[c].low).y());
  }
  QPolygonF band = upper;
  std::reverse(lower.begin(), lower.end());
  band << lower;
  painter.setPen(Qt::NoPen);
  painter.setBrush(mixed(theme().surface, theme().before, 0.36));
  painter.drawPolygon(band);
  painter.setPen(QPen(theme().ink2, 1.3));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(line);
  // The first token: a bar of its own, since what happens there happens nowhere else.
  const double first = frame().toPixel(0, 1).x();
  painter.fillRect(QRectF(QPointF(first - 2, frame().toPixel(0, m_profile.high[0]).y()),
                          QPointF(first + 2, frame().toPixel(0, m_profile.low[0]).y())),
                   theme().ink);
}

QString PositionPlot::describe(std::size_t position) const {
  const std::int64_t token = m_profile.highToken[position];
  const auto place = m_snapshot->place(token);
  return tr("sample %1 · “%2”").arg(place.sample).arg(tokenContext(*m_snapshot, token, 0).token);
}

void PositionPlot::paintLabels(QPainter& painter) const {
  const Theme& t = theme();
  const QRectF& box = frame().box;
  painter.setFont(uiFont(11, QFont::Medium));
  const QFontMetricsF metrics(painter.font());
  const QPointF top = frame().toPixel(static_cast<double>(m_top), m_profile.high[m_top]);
  QRectF topLabel;
  if (box.adjusted(-2, -2, 2, 2).contains(top)) {
    painter.setPen(QPen(t.ink, 1.6));
    painter.setBrush(t.surface);
    painter.drawEllipse(top, 4.5, 4.5);
    const QString label = text(app::formatRange(m_profile.high[m_top])) + QStringLiteral(" · ") + describe(m_top);
    const double width = metrics.horizontalAdvance(label) + 4;
    topLabel = QRectF(top.x() + 9, top.y() - 9, width, 16);
    if (topLabel.right() > box.right()) topLabel.moveRight(top.x() - 9);
    painter.setPen(t.ink2);
    painter.drawText(topLabel, Qt::AlignLeft | Qt::AlignVCenter, label);
  }
  const QPointF first = frame().toPixel(0, m_profile.high[0]);
  if (first.x() < box.left() - 1) return;
  const QString label = tr("first token, median %1").arg(text(app::formatRange(m_profile.median[0])));
  QRectF place(first.x() + 8, std::max(box.top() - 4, first.y() - 16), metrics.horizontalAdvance(label) + 4, 16);
  if (place.intersects(topLabel)) place.moveTop(topLabel.bottom() + 1);
  QColor ground = t.surface;
  ground.setAlphaF(0.75f);
  painter.fillRect(place, ground);
  painter.setFont(uiFont(11, QFont::DemiBold));
  painter.setPen(t.ink);
  painter.drawText(place.adjusted(0, 0, 20, 0), Qt::AlignLeft | Qt::AlignVCenter, label);
}

void PositionPlot::paintFront(QPainter& painter, const PlotFrame&) {
  if (m_profile.high.empty()) return;
  paintLabels(painter);
  const auto ring = [&](double position, double value) {
    painter.setPen(QPen(theme().accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(frame().toPixel(position, value), 5.5, 5.5);
  };
  if (m_selected) ring(static_cast<double>(m_snapshot->place(*m_selected).position), m_selectedValue);
  if (!m_hovered) return;
  const std::size_t p = *m_hovered;
  const QPointF at = frame().toPixel(static_cast<double>(p), m_profile.high[p]);
  painter.setPen(QPen(theme().ink, 1.6));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(at, 4.5, 4.5);
  paintTooltip(painter, at, QRectF(rect()),
               tr("Position %1\nmax %2 · %3\nmedian %4 · min %5")
                   .arg(p)
                   .arg(text(app::formatRange(m_profile.high[p])), describe(p),
                        text(app::formatRange(m_profile.median[p])), text(app::formatRange(m_profile.low[p]))));
}

std::optional<std::size_t> PositionPlot::positionAt(QPointF pixel) const {
  if (m_profile.high.empty() || !frame().box.adjusted(-4, -4, 4, 4).contains(pixel)) return std::nullopt;
  const auto last = static_cast<std::int64_t>(m_profile.high.size()) - 1;
  const auto from = std::clamp<std::int64_t>(std::llround(frame().toValue(pixel - QPointF(kReach, 0)).x()), 0, last);
  const auto to = std::clamp<std::int64_t>(std::llround(frame().toValue(pixel + QPointF(kReach, 0)).x()), from, last);
  const auto top = std::max_element(m_profile.high.begin() + from, m_profile.high.begin() + to + 1);
  return static_cast<std::size_t>(top - m_profile.high.begin());
}

void PositionPlot::hoverAt(std::optional<QPointF> pixel) {
  m_hovered = pixel ? positionAt(*pixel) : std::nullopt;
  update();
}

}  // namespace oscope::gui
