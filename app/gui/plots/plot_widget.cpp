#include "app/gui/plots/plot_widget.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kSmallestBand = 4;  // pixels; less is a click
constexpr double kKeyZoom = 0.8, kKeyPan = 0.1;

}  // namespace

PlotWidget::PlotWidget(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
}

void PlotWidget::setScales(const Scale& x, const Scale& y, bool keepZoom) {
  const bool keep = keepZoom && isZoomed() && x.log == m_frame.x.log && y.log == m_frame.y.log;
  m_wholeX = x;
  m_wholeY = y;
  if (!keep) {
    m_frame.x = x;
    m_frame.y = y;
  }
  update();
}

void PlotWidget::setVisible(const Scale& x, const Scale& y) {
  m_frame.x = x;
  m_frame.y = y;
  update();
}

void PlotWidget::setTitles(const QString& x, const QString& y) {
  m_frame.xTitle = x;
  m_frame.yTitle = y;
  update();
}

void PlotWidget::setMargins(const QMarginsF& margins) {
  m_margins = margins;
  place();
}

void PlotWidget::setXGap(double pixels) {
  m_frame.xGap = pixels;
  place();
}

void PlotWidget::place() {
  m_frame.box = QRectF(rect()).marginsRemoved(m_margins + QMarginsF(0, 0, 0, m_frame.xGap));
  m_frame.box.setWidth(std::max(10.0, m_frame.box.width()));
  m_frame.box.setHeight(std::max(10.0, m_frame.box.height()));
  update();
}

void PlotWidget::fit() {
  if (!isZoomed()) return;
  m_frame.x = m_wholeX;
  m_frame.y = m_wholeY;
  update();
  emit zoomed();
}

bool PlotWidget::escape() {
  if (m_dragging) {
    m_dragging = false;
    dragEnd(false);
    update();
    return true;
  }
  const bool had = m_band.has_value();
  m_band.reset();
  update();
  return had;
}

void PlotWidget::paintAll(QPainter& painter, bool withHover) {
  painter.setRenderHint(QPainter::Antialiasing);
  paintGround(painter, m_frame);
  const std::optional<std::vector<Tick>> ticks = xTicks();
  paintAxes(painter, m_frame, ticks ? &*ticks : nullptr);
  painter.save();
  painter.setClipRect(m_frame.box.adjusted(-1, -1, 1, 1));
  paintData(painter, m_frame);
  painter.restore();
  if (withHover && m_band) paintRubberBand(painter, *m_band);
  paintFront(painter, m_frame);
}

void PlotWidget::renderTo(QPainter& painter) {
  hoverAt(std::nullopt);
  paintAll(painter, false);
}

void PlotWidget::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paintAll(painter, true);
  if (hasFocus()) {
    painter.setPen(QPen(theme().accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  }
}

void PlotWidget::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  place();
}

void PlotWidget::mousePressEvent(QMouseEvent* event) {
  m_pressed = m_last = event->position();
  if (event->button() == Qt::MiddleButton || (m_spaceDown && event->button() == Qt::LeftButton)) {
    m_panning = true;
    setCursor(Qt::ClosedHandCursor);
  } else if (event->button() == Qt::LeftButton) {
    if (dragStart(m_pressed)) {
      m_dragging = true;
    } else if (!hitTest(m_pressed) && m_frame.box.contains(m_pressed)) {
      m_band = QRectF(m_pressed, QSizeF());
    }
  }
}

void PlotWidget::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  if (m_panning) {
    panBy((m_last.x() - at.x()) / m_frame.box.width(), (at.y() - m_last.y()) / m_frame.box.height());
  } else if (m_dragging) {
    dragTo(at, event->modifiers());
  } else if (m_band) {
    m_band->setBottomRight(at);
    update();
  } else {
    hoverAt(at);
  }
  m_last = at;
}

void PlotWidget::mouseReleaseEvent(QMouseEvent* event) {
  if (m_panning) {
    m_panning = false;
    unsetCursor();
    return;
  }
  if (m_dragging) {
    m_dragging = false;
    dragEnd(true);
    return;
  }
  const std::optional<QRectF> band = m_band ? std::optional(m_band->normalized()) : std::nullopt;
  m_band.reset();
  update();
  if (band && std::max(band->width(), band->height()) >= kSmallestBand) {
    const QPointF low = m_frame.toValue(band->bottomLeft()), high = m_frame.toValue(band->topRight());
    emit banded(low.x(), high.x(), low.y(), high.y());
  } else if (event->button() == Qt::LeftButton) {
    emit clicked(event->position(), event->modifiers());
  }
}

void PlotWidget::mouseDoubleClickEvent(QMouseEvent* event) {
  hitTest(event->position()) ? emit activated(event->position()) : fit();
}

void PlotWidget::zoomAt(QPointF pixel, double factor, bool xOnly) {
  m_frame.x.zoom((pixel.x() - m_frame.box.left()) / m_frame.box.width(), factor, m_wholeX);
  if (!xOnly) m_frame.y.zoom((m_frame.box.bottom() - pixel.y()) / m_frame.box.height(), factor, m_wholeY);
  update();
  emit zoomed();
}

void PlotWidget::panBy(double xShare, double yShare) {
  m_frame.x.pan(xShare, m_wholeX);
  m_frame.y.pan(yShare, m_wholeY);
  update();
  emit zoomed();
}

void PlotWidget::wheelEvent(QWheelEvent* event) {
  // Shift turns a vertical wheel into a horizontal one on some systems.
  const int steps = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
  zoomAt(event->position(), std::pow(0.8, steps / 120.0), event->modifiers() & Qt::ShiftModifier);
  event->accept();
}

void PlotWidget::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Space:
      m_spaceDown = true;
      setCursor(Qt::OpenHandCursor);
      return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAt(m_frame.box.center(), kKeyZoom, event->modifiers() & Qt::ShiftModifier);
    case Qt::Key_Minus:
      return zoomAt(m_frame.box.center(), 1 / kKeyZoom, event->modifiers() & Qt::ShiftModifier);
    case Qt::Key_Left:
      return panBy(-kKeyPan, 0);
    case Qt::Key_Right:
      return panBy(kKeyPan, 0);
    case Qt::Key_Up:
      return panBy(0, kKeyPan);
    case Qt::Key_Down:
      return panBy(0, -kKeyPan);
    case Qt::Key_Home:
      return fit();
    default:
      QWidget::keyPressEvent(event);
  }
}

void PlotWidget::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
    m_spaceDown = false;
    unsetCursor();
    return;
  }
  QWidget::keyReleaseEvent(event);
}

void PlotWidget::leaveEvent(QEvent* event) {
  QWidget::leaveEvent(event);
  hoverAt(std::nullopt);
}

}  // namespace oscope::gui
