// What mouse and keyboard do on RangesChart.
#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "app/gui/charts/ranges_chart.h"
#include "app/gui/marks.h"

namespace oscope::gui {
namespace {

constexpr double kGripReach = 9;  // pixels above and below a line that grab it
constexpr double kHoverReach = 12;
constexpr double kFineFactor = 0.1;     // Shift
constexpr double kSmallestGap = 1.001;  // lines stop at each other

}  // namespace

std::optional<int> RangesChart::thresholdAt(QPointF pixel) const {
  if (pixel.x() < area().left()) return std::nullopt;
  std::optional<int> best;
  double distance = kGripReach;
  for (int which : {0, 1}) {
    const double away = std::fabs(pixel.y() - toPixel(0, threshold(which)).y());
    if (away > distance) continue;
    distance = away;
    best = which;
  }
  return best;
}

const RangePoint* RangesChart::pointAt(QPointF pixel, double radius) const {
  const RangePoint* best = nullptr;
  double distance = radius;
  for (const RangePoint& point : m_points) {
    const QPointF away = toPixel(point.site.block, point.value) - pixel;
    const double length = std::hypot(away.x(), away.y());
    if (length > distance) continue;
    distance = length;
    best = &point;
  }
  return best;
}

void RangesChart::moveThreshold(int which, double value) {
  std::array<double, 2> next = m_thresholds;
  if (which == 0) next[0] = std::clamp(value, 1e-6, m_thresholds[1] / kSmallestGap);
  if (which == 1) next[1] = std::clamp(value, m_thresholds[0] * kSmallestGap, 1e9);
  if (next == m_thresholds) return;
  m_thresholds = next;
  emit thresholdsDragged(next[0], next[1]);
  viewport()->update();
}

void RangesChart::mousePressEvent(QMouseEvent* event) {
  m_pressed = event->position();
  setFocus(Qt::MouseFocusReason);
  if (event->button() == Qt::MiddleButton || (m_spaceDown && event->button() == Qt::LeftButton)) {
    m_panning = true;
    viewport()->setCursor(Qt::ClosedHandCursor);
    return;
  }
  if (event->button() != Qt::LeftButton) return;
  const RangePoint* point = pointAt(m_pressed, kMarkRadius + 1);
  const std::optional<int> grabbed = point == nullptr ? thresholdAt(m_pressed) : std::nullopt;
  if (grabbed) {
    m_dragged = m_focused = grabbed;
    m_before = threshold(*grabbed);
    m_grabOffset = std::log10(m_before / valueAt(m_pressed.y()));
    m_fineFrom.reset();
    viewport()->update();
  } else if (point != nullptr) {
    emit siteClicked(point->site, event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier));
  } else if (area().contains(m_pressed)) {
    m_band = QRectF(m_pressed, QSizeF());
  }
}

void RangesChart::pan(QPointF to) {
  const double dx = (to.x() - m_pressed.x()) / area().width() * (m_xHigh - m_xLow);
  const double factor = valueAt(m_pressed.y()) / valueAt(to.y());
  m_xLow -= dx;
  m_xHigh -= dx;
  m_yLow *= factor;
  m_yHigh *= factor;
  m_pressed = to;
  updateAxes();
  fillSeries();
}

void RangesChart::mouseMoveEvent(QMouseEvent* event) {
  const QPointF place = event->position();
  if (m_panning) return pan(place);
  if (m_dragged) {
    double y = place.y();
    if (event->modifiers() & Qt::ShiftModifier) {
      if (!m_fineFrom) m_fineFrom = y;
      y = *m_fineFrom + (y - *m_fineFrom) * kFineFactor;
    } else {
      m_fineFrom.reset();
    }
    moveThreshold(*m_dragged, valueAt(y) * std::pow(10.0, m_grabOffset));
    return;
  }
  if (m_band) {
    m_band->setBottomRight(place);
    viewport()->update();
    return;
  }
  const RangePoint* point = pointAt(place, kHoverReach);
  viewport()->setCursor(point != nullptr     ? Qt::PointingHandCursor
                        : thresholdAt(place) ? Qt::SizeVerCursor
                                             : Qt::ArrowCursor);
  const std::optional<SiteId> hovered = point != nullptr ? std::optional(point->site) : std::nullopt;
  if (hovered != m_hovered) {
    setHovered(hovered);
    emit siteHovered(hovered);
  }
}

void RangesChart::mouseReleaseEvent(QMouseEvent*) {
  if (m_panning) {
    m_panning = false;
    viewport()->setCursor(Qt::ArrowCursor);
  } else if (m_dragged) {
    m_dragged.reset();
    viewport()->update();
    emit dragFinished(true);
  } else if (m_band) {
    const QRectF band = m_band->normalized();
    m_band.reset();
    std::set<SiteId> sites;
    for (const RangePoint& point : m_points) {
      if (band.contains(toPixel(point.site.block, point.value))) sites.insert(point.site);
    }
    viewport()->update();
    emit sitesBanded(sites);
  }
}

void RangesChart::mouseDoubleClickEvent(QMouseEvent* event) {
  if (pointAt(event->position(), kHoverReach) != nullptr) return;  // the press selected it
  if (const std::optional<int> which = thresholdAt(event->position())) {
    emit valueWanted(*which);
  } else {
    fit();
  }
}

void RangesChart::wheelEvent(QWheelEvent* event) {
  const double factor = std::pow(0.8, event->angleDelta().y() / 120.0);
  const double x = m_xLow + (event->position().x() - area().left()) / area().width() * (m_xHigh - m_xLow);
  m_xLow = std::max(-0.5, x + (m_xLow - x) * factor);
  m_xHigh = std::min(std::max(0, m_blocks - 1) + 0.5, x + (m_xHigh - x) * factor);
  if (!(event->modifiers() & Qt::ShiftModifier)) {
    const double value = valueAt(event->position().y());
    m_yLow = std::max(1e-12, value * std::pow(m_yLow / value, factor));
    m_yHigh = std::min(1e12, value * std::pow(m_yHigh / value, factor));
  }
  updateAxes();
  fillSeries();
  event->accept();
}

void RangesChart::stepToNextRange(bool up) {
  const double value = threshold(*m_focused);
  std::optional<double> target;
  for (const RangePoint& point : m_points) {
    if (up ? point.value > value * 1.0001 : point.value < value * 0.9999 && point.value > 0) {
      if (!target || (up ? point.value < *target : point.value > *target)) target = point.value;
    }
  }
  if (target) moveThreshold(*m_focused, *target);
}

void RangesChart::keyPressEvent(QKeyEvent* event) {
  const int key = event->key();
  if (key == Qt::Key_Space) {
    m_spaceDown = true;
    viewport()->setCursor(Qt::OpenHandCursor);
    return;
  }
  if (key == Qt::Key_T) {  // the thresholds take the keyboard in turn
    m_focused = m_focused ? 1 - *m_focused : 0;
    viewport()->update();
    return;
  }
  if (!m_focused) return event->ignore();  // not the scroll area's: arrows and Enter belong to the window
  const double value = threshold(*m_focused);
  switch (key) {
    case Qt::Key_Up:
      moveThreshold(*m_focused, value * 1.01);
      break;
    case Qt::Key_Down:
      moveThreshold(*m_focused, value / 1.01);
      break;
    case Qt::Key_PageUp:
      moveThreshold(*m_focused, value * 1.1);
      break;
    case Qt::Key_PageDown:
      moveThreshold(*m_focused, value / 1.1);
      break;
    case Qt::Key_BracketRight:
      stepToNextRange(true);
      break;
    case Qt::Key_BracketLeft:
      stepToNextRange(false);
      break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      emit valueWanted(*m_focused);
      return;
    default:
      return event->ignore();
  }
  emit dragFinished(true);
}

void RangesChart::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
    m_spaceDown = false;
    viewport()->setCursor(Qt::ArrowCursor);
    return;
  }
  event->ignore();
}

void RangesChart::leaveEvent(QEvent* event) {
  QChartView::leaveEvent(event);
  if (!m_hovered) return;
  setHovered(std::nullopt);
  emit siteHovered(std::nullopt);
}

bool RangesChart::escape() {
  if (m_dragged) {
    m_thresholds[static_cast<std::size_t>(*m_dragged)] = m_before;
    m_dragged.reset();
    viewport()->update();
    emit dragFinished(false);
    return true;
  }
  const bool had = m_band || m_focused;
  m_band.reset();
  m_focused.reset();
  viewport()->update();
  return had;
}

}  // namespace oscope::gui
