#include "app/gui/plots/heat_legend.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/scale.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kTitleWidth = 72, kBarWidth = 280, kBarTop = 18, kBarHeight = 10;

QString rangeText(double value) {
  return QString::fromStdString(app::formatRange(value));
}

}  // namespace

HeatLegend::HeatLegend(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Colours of the heat map"));
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize HeatLegend::sizeHint() const {
  return {static_cast<int>(kTitleWidth + kBarWidth) + 40, 48};
}

void HeatLegend::setScale(const QString& title, const HeatScale& scale) {
  m_title = title;
  m_scale = scale;
  setAccessibleDescription(tr("%1 from %2 to %3, log scale").arg(title, rangeText(scale.low), rangeText(scale.high)));
  update();
}

void HeatLegend::setThresholds(double v0, double v1) {
  if (v0 == m_v0 && v1 == m_v1) return;
  m_v0 = v0;
  m_v1 = v1;
  update();
}

QRectF HeatLegend::bar() const {
  return {kTitleWidth, kBarTop, kBarWidth, kBarHeight};
}

double HeatLegend::positionOf(double value) const {
  return bar().left() + Scale{m_scale.low, m_scale.high, true}.shareOf(value) * bar().width();
}

void HeatLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  renderTo(painter);
}

void HeatLegend::renderTo(QPainter& painter) const {
  const Theme& t = theme();
  const QRectF box = bar();
  painter.setFont(uiFont(11));
  painter.setPen(t.ink2);
  painter.drawText(QRectF(0, box.top() - 4, kTitleWidth, 18), Qt::AlignLeft | Qt::AlignVCenter, m_title);
  painter.setFont(uiFont(10));
  painter.setPen(t.ink3);
  painter.drawText(QRectF(0, box.bottom() + 4, kTitleWidth, 14), Qt::AlignLeft | Qt::AlignVCenter, tr("log scale"));
  painter.setRenderHint(QPainter::Antialiasing, false);
  for (int x = 0; x < static_cast<int>(box.width()); ++x) {
    const auto index = static_cast<std::size_t>(x * kHeatColors / static_cast<int>(box.width()));
    painter.fillRect(QRectF(box.left() + x, box.top(), 1, box.height()), QColor::fromRgb(heatColors()[index]));
  }
  painter.setFont(monoFont(10.5));
  const QFontMetricsF metrics(painter.font());
  double right = -1e9;
  std::vector<Tick> ticks = logTicks(m_scale.low, m_scale.high);
  ticks.insert(ticks.begin(), {m_scale.low, rangeText(m_scale.low), true});
  ticks.push_back({m_scale.high, rangeText(m_scale.high), true});
  // The ends first: they say what the darkest and the brightest colour mean.
  const double lastLeft = box.right() - metrics.horizontalAdvance(ticks.back().label) / 2;
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const Tick& tick = ticks[i];
    const double x = positionOf(tick.value), width = metrics.horizontalAdvance(tick.label);
    const bool last = i + 1 == ticks.size();
    if (tick.label.isEmpty() || x - width / 2 < right + 8 || (!last && x + width / 2 > lastLeft - 8)) continue;
    right = x + width / 2;
    painter.setPen(QPen(t.borderStrong, 1));
    painter.drawLine(QPointF(std::round(x) + 0.5, box.bottom() + 1), QPointF(std::round(x) + 0.5, box.bottom() + 3));
    painter.setPen(tick.major ? t.ink2 : t.ink3);
    painter.drawText(QRectF(x - width / 2 - 2, box.bottom() + 4, width + 4, 14), Qt::AlignCenter, tick.label);
  }
  // v0 and v1; too close for two labels, the second one moves to the right.
  const std::pair<QString, double> marks[] = {{QStringLiteral("v0"), m_v0}, {QStringLiteral("v1"), m_v1}};
  painter.setFont(uiFont(10, QFont::DemiBold));
  double taken = -1e9;
  for (const auto& [name, value] : marks) {
    if (!(value >= m_scale.low && value <= m_scale.high)) continue;
    const double x = std::round(positionOf(value)) + 0.5, label = std::max(x, taken + 18);
    taken = label;
    painter.setPen(QPen(t.surface, 3));
    painter.drawLine(QPointF(x, box.top() - 2), QPointF(x, box.bottom() + 2));
    painter.setPen(QPen(t.ink, 1.5));
    painter.drawLine(QPointF(x, box.top() - 3), QPointF(x, box.bottom() + 2));
    painter.setPen(t.ink);
    painter.drawText(QRectF(label - 12, box.top() - 18, 24, 14), Qt::AlignCenter, name);
  }
}

}  // namespace oscope::gui
