#include "app/gui/views/memory/memory_chart.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <array>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kGiga = 1e9, kMega = 1e6;
constexpr QMarginsF kMargins(74, 30, 96, 46);
constexpr double kShareOfSlot = 0.62, kWidest = 110;
constexpr double kSmallestLabel = 17;  // pixels of a part's height that its words need

QString bytesText(double bytes) {
  return QString::fromStdString(app::formatBytes(bytes));
}

/// Weights, KV cache, activations: three greys, dark to light (the other way round on a dark ground).
std::array<QColor, 3> greys() {
  const Theme& t = theme();
  return {mixed(t.surface, t.ink, 0.62), mixed(t.surface, t.ink, 0.36), mixed(t.surface, t.ink, 0.17)};
}

}  // namespace

MemoryChart::MemoryChart(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Memory by scheme"));
  setMinimumHeight(240);
}

void MemoryChart::setBars(std::vector<MemoryBar> bars) {
  m_bars = std::move(bars);
  m_hovered = -1;
  m_current = std::clamp(m_current, 0, std::max(0, static_cast<int>(m_bars.size()) - 1));
  rescale();
}

void MemoryChart::setLimit(double bytes) {
  m_limit = bytes;
  rescale();
}

void MemoryChart::setCurrent(int bar) {
  if (bar == m_current || bar < 0 || bar >= static_cast<int>(m_bars.size())) return;
  m_current = bar;
  update();
  emit currentChanged(bar);
}

void MemoryChart::rescale() {
  double highest = 0;
  for (const MemoryBar& bar : m_bars) highest = std::max(highest, bar.total());
  // The line is shown where it says something: not so far above all bars that these shrink to nothing.
  if (m_limit <= 3 * highest) highest = std::max(highest, m_limit);
  m_unit = highest < kGiga ? kMega : kGiga;
  m_frame.box = QRectF(rect()).marginsRemoved(kMargins);
  m_frame.x = {0, std::max<double>(1, static_cast<double>(m_bars.size())), false};
  m_frame.y = {0, std::max(1e-9, highest / m_unit * 1.06), false};
  m_frame.yTitle = m_unit == kGiga ? tr("memory, GB") : tr("memory, MB");
  update();
}

void MemoryChart::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  rescale();
}

QRectF MemoryChart::barBox(int bar) const {
  const double slot = m_frame.box.width() / m_frame.x.high;
  const double width = std::min(slot * kShareOfSlot, kWidest);
  const double top = m_frame.toPixel(0, m_bars[static_cast<std::size_t>(bar)].total() / m_unit).y();
  return {m_frame.box.left() + slot * (bar + 0.5) - width / 2, top, width, m_frame.box.bottom() - top};
}

void MemoryChart::paintBar(QPainter& painter, int index) const {
  const Theme& t = theme();
  const MemoryBar& bar = m_bars[static_cast<std::size_t>(index)];
  const QRectF box = barBox(index);
  const std::array<double, 3> parts{bar.weights, bar.kv, bar.activations};
  const std::array<QString, 3> names{tr("weights"), tr("KV cache"), tr("activations")};
  const std::array<QColor, 3> colors = greys();
  double below = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double bottom = m_frame.toPixel(0, below / m_unit).y();
    below += parts[i];
    const double top = m_frame.toPixel(0, below / m_unit).y();
    const QRectF part(box.left(), top, box.width(), bottom - top);
    painter.fillRect(part, colors[i]);
    const bool darkGround = std::abs(colors[i].lightness() - t.surface.lightness()) > 100;
    painter.setPen(darkGround ? t.surface : t.ink);
    painter.setFont(uiFont(11));
    const bool wide = painter.fontMetrics().horizontalAdvance(names[i]) + 8 < part.width();
    if (part.height() >= 2 * kSmallestLabel && wide) {
      painter.drawText(part.adjusted(0, part.height() / 2 - 16, 0, 0), Qt::AlignHCenter | Qt::AlignTop, names[i]);
      painter.setFont(monoFont(11));
      painter.drawText(part.adjusted(0, part.height() / 2, 0, 0), Qt::AlignHCenter | Qt::AlignTop, bytesText(parts[i]));
    } else if (part.height() >= kSmallestLabel) {
      painter.setFont(monoFont(11));
      painter.drawText(part, Qt::AlignCenter, bytesText(parts[i]));
    }
  }
  if (index == m_current) {
    painter.setPen(QPen(t.ink, 1.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box.adjusted(-2.5, -2.5, 2.5, 0));
  }
  painter.setPen(t.ink);
  painter.setFont(monoFont(12, QFont::DemiBold));
  const bool over = m_limit > 0 && bar.total() > m_limit;
  const QRectF above(box.center().x() - 70, box.top() - 22, 140, 16);
  painter.fillRect(above.adjusted(32, 0, -32, 0), t.surface);  // no grid line through the figure
  painter.drawText(above, Qt::AlignCenter, bytesText(bar.total()) + (over ? QStringLiteral(" △!") : QString()));
  painter.setFont(monoFont(11, index == m_current ? QFont::DemiBold : QFont::Normal));
  painter.setPen(index == m_current ? t.ink : t.ink2);
  painter.drawText(QRectF(box.center().x() - 70, m_frame.box.bottom() + 8, 140, 16), Qt::AlignCenter, bar.name);
}

void MemoryChart::paintLimit(QPainter& painter) const {
  if (m_limit <= 0 || m_limit / m_unit > m_frame.y.high) return;
  const Theme& t = theme();
  const double y = m_frame.toPixel(0, m_limit / m_unit).y();
  painter.setPen(QPen(t.ink, 1.25));
  painter.drawLine(QPointF(m_frame.box.left(), y), QPointF(m_frame.box.right() + 4, y));
  painter.setFont(uiFont(11));
  painter.setPen(t.ink2);
  const QRectF label(m_frame.box.right() + 8, y - 16, kMargins.right() - 10, 32);
  painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter, tr("device\n%1").arg(bytesText(m_limit)));
}

void MemoryChart::renderTo(QPainter& painter) {
  painter.setRenderHint(QPainter::Antialiasing);
  const std::vector<Tick> none;
  paintAxes(painter, m_frame, &none);
  for (int bar = 0; bar < static_cast<int>(m_bars.size()); ++bar) paintBar(painter, bar);
  paintLimit(painter);
}

void MemoryChart::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  renderTo(painter);
  if (hasFocus()) {
    painter.setPen(QPen(theme().accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  }
  if (m_hovered < 0) return;
  const MemoryBar& bar = m_bars[static_cast<std::size_t>(m_hovered)];
  QString words = QStringLiteral("%1  %2\n").arg(bar.name, bytesText(bar.total()));
  words += tr("weights %1\nKV cache %2\nactivations %3")
               .arg(bytesText(bar.weights), bytesText(bar.kv), bytesText(bar.activations));
  if (m_limit > 0) {
    const double free = m_limit - bar.total();
    words += QLatin1Char('\n') + (free >= 0 ? tr("%1 of the device stay free").arg(bytesText(free))
                                            : tr("%1 more than the device has").arg(bytesText(-free)));
  }
  const QRectF box = barBox(m_hovered);
  paintTooltip(painter, QPointF(box.right(), std::max(box.top(), m_frame.box.top() + 40)), QRectF(rect()), words);
}

int MemoryChart::barAt(QPointF pixel) const {
  if (m_bars.empty() || pixel.x() < m_frame.box.left() || pixel.x() >= m_frame.box.right()) return -1;
  return static_cast<int>((pixel.x() - m_frame.box.left()) / m_frame.box.width() * m_frame.x.high);
}

void MemoryChart::mousePressEvent(QMouseEvent* event) {
  setFocus(Qt::MouseFocusReason);
  setCurrent(barAt(event->position()));
}

void MemoryChart::mouseMoveEvent(QMouseEvent* event) {
  const int bar = barAt(event->position());
  if (bar == m_hovered) return;
  m_hovered = bar;
  update();
}

void MemoryChart::leaveEvent(QEvent* event) {
  QWidget::leaveEvent(event);
  m_hovered = -1;
  update();
}

void MemoryChart::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Left) return setCurrent(m_current - 1);
  if (event->key() == Qt::Key_Right) return setCurrent(m_current + 1);
  QWidget::keyPressEvent(event);
}

}  // namespace oscope::gui
