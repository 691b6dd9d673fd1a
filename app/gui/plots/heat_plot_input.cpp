// What mouse and keyboard do on HeatPlot.
#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "app/gui/plots/heat_plot.h"

namespace oscope::gui {
namespace {

constexpr double kDragReach = 4;  // pixels; less is a click
constexpr double kZoomStep = 0.8;
constexpr double kFewestColumns = 8, kFewestRows = 6;

}  // namespace

void HeatPlot::setHovered(std::optional<HeatCell> cell) {
  if (cell == m_hovered) return;
  m_hovered = cell;
  update();
  emit hovered(cell);
}

void HeatPlot::zoomAt(QPointF pixel, double factor, bool columnsOnly) {
  int band = 0;
  while (band + 1 < static_cast<int>(m_bands.size()) && pixel.y() > boxOf(band).bottom()) ++band;
  const QRectF box = boxOf(band);
  const auto share = [](double at, double low, double size) { return std::clamp((at - low) / size, 0.0, 1.0); };
  HeatWindow window = m_window;
  // Where a pixel stands for many columns, the one that is seen comes to stand exactly at the cursor: it would drift
  // away by the zoom factor otherwise.
  const std::optional<HeatCell> seen = cellAt(pixel);
  if (seen && cellRect(*seen).width() < 2)
    window.pan((cellRect(*seen).center().x() - pixel.x()) / box.width(), 0, rows());
  window.zoom(share(pixel.x(), box.left(), box.width()), share(pixel.y(), box.top(), box.height()), factor,
              columnsOnly ? 1 : factor, rows(), kFewestColumns / static_cast<double>(mostColumns()), kFewestRows);
  setWindow(window);
}

void HeatPlot::panBy(QPointF pixels) {
  const QRectF box = boxOf(0);
  HeatWindow window = m_window;
  window.pan(pixels.x() / box.width(), pixels.y() / box.height(), rows());
  setWindow(window);
}

void HeatPlot::mousePressEvent(QMouseEvent* event) {
  m_pressed = m_last = event->position();
  m_moved = false;
  m_panning = event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton;
}

void HeatPlot::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  if (m_panning && !m_moved && (at - m_pressed).manhattanLength() >= kDragReach) {
    m_moved = true;
    setCursor(Qt::ClosedHandCursor);
  }
  if (m_panning && m_moved) {
    panBy(m_last - at);
    setHovered(std::nullopt);
  } else if (!m_panning) {
    m_cursor.reset();
    setHovered(cellAt(at));
  }
  m_last = at;
}

void HeatPlot::mouseReleaseEvent(QMouseEvent* event) {
  const bool click = m_panning && !m_moved && event->button() == Qt::LeftButton;
  m_panning = m_moved = false;
  unsetCursor();
  if (!click) return;
  m_cursor.reset();
  if (const auto cell = cellAt(event->position())) emit clicked(*cell);
}

void HeatPlot::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  if (const auto cell = cellAt(event->position())) emit activated(*cell);
}

void HeatPlot::wheelEvent(QWheelEvent* event) {
  // Shift turns a vertical wheel into a horizontal one on some systems.
  const int steps = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
  zoomAt(event->position(), std::pow(kZoomStep, steps / 120.0), event->modifiers() & Qt::ShiftModifier);
  if (m_hovered) setHovered(cellAt(event->position()));
  event->accept();
}

void HeatPlot::announceCursor() {
  m_hovered.reset();
  if (m_tooltip && m_cursor)
    setAccessibleDescription(m_tooltip(*m_cursor).replace(QLatin1Char('\t'), QLatin1Char(' ')));
  update();
  emit hovered(m_cursor);
}

void HeatPlot::moveCursor(std::int64_t columns, std::int64_t byRows) {
  const bool first = !m_cursor;
  if (first) m_cursor = m_hovered;
  if (!m_cursor && m_mark && m_mark->row) m_cursor = HeatCell{m_mark->band, *m_mark->row, m_mark->column.value_or(0)};
  if (!m_cursor) m_cursor = cellAt(boxOf(0).center());
  if (!m_cursor) return;
  HeatCell cell = *m_cursor;
  if (!first) {
    cell.row += byRows;
    const auto last = static_cast<int>(m_bands.size()) - 1;
    if (cell.row < 0 && cell.band > 0) {  // beyond the edge: the neighbouring band, at the same share of the columns
      --cell.band, cell.row = rows() - 1;
    } else if (cell.row >= rows() && cell.band < last) {
      ++cell.band, cell.row = 0;
    }
    const auto width = [this](int band) { return m_bands[static_cast<std::size_t>(band)].values->columns(); };
    if (cell.band != m_cursor->band) cell.column = cell.column * width(cell.band) / width(m_cursor->band);
    cell.row = std::clamp<std::int64_t>(cell.row, 0, rows() - 1);
    cell.column = std::clamp<std::int64_t>(cell.column + columns, 0, width(cell.band) - 1);
  }
  m_cursor = cell;
  HeatWindow window = m_window;
  window.reveal(cell.row, cell.column, m_bands[static_cast<std::size_t>(cell.band)].values->columns(), rows());
  setWindow(window);
  announceCursor();
}

void HeatPlot::goToLargest() {
  float best = -1;
  for (int b = 0; b < static_cast<int>(m_bands.size()); ++b) {
    const stats::MaxPyramid& values = *m_bands[static_cast<std::size_t>(b)].values;
    const auto count = static_cast<double>(values.columns());
    const auto from = static_cast<std::int64_t>(m_window.left * count);
    const auto to = std::min(values.columns(), static_cast<std::int64_t>(std::ceil(m_window.right * count)));
    for (auto row = static_cast<std::int64_t>(m_window.top); row < std::min<double>(rows(), m_window.bottom); ++row) {
      const float most = values.max(row, from, to);
      if (most <= best) continue;
      best = most;
      m_cursor = HeatCell{b, row, values.argmax(row, from, to)};
    }
  }
  announceCursor();
}

void HeatPlot::keyPressEvent(QKeyEvent* event) {
  if (m_bands.empty()) return QWidget::keyPressEvent(event);
  const bool far = event->modifiers() & Qt::ShiftModifier;
  const auto tenth = [](double visible) { return std::max<std::int64_t>(1, std::llround(visible / 10)); };
  const int band = m_cursor ? m_cursor->band : 0;
  const auto count = static_cast<double>(m_bands[static_cast<std::size_t>(band)].values->columns());
  const std::int64_t x = far ? tenth((m_window.right - m_window.left) * count) : 1;
  const std::int64_t y = far ? tenth(m_window.bottom - m_window.top) : 1;
  const QPointF at = m_cursor ? cellRect(*m_cursor).center() : boxOf(band).center();
  switch (event->key()) {
    case Qt::Key_Left:
      return moveCursor(-x, 0);
    case Qt::Key_Right:
      return moveCursor(x, 0);
    case Qt::Key_Up:
      return moveCursor(0, -y);
    case Qt::Key_Down:
      return moveCursor(0, y);
    case Qt::Key_End:
      return goToLargest();
    case Qt::Key_Home:
      return fit();
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAt(at, kZoomStep, false);
    case Qt::Key_Minus:
      return zoomAt(at, 1 / kZoomStep, false);
    case Qt::Key_Space:
      if (m_cursor) emit clicked(*m_cursor);
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (m_cursor) return emit activated(*m_cursor);
      break;
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

bool HeatPlot::escape() {
  const bool had = m_cursor.has_value() || m_moved;
  m_panning = m_moved = false;
  unsetCursor();
  m_cursor.reset();
  update();
  return had;
}

void HeatPlot::leaveEvent(QEvent* event) {
  QWidget::leaveEvent(event);
  setHovered(std::nullopt);
}

}  // namespace oscope::gui
