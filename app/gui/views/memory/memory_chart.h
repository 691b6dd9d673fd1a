// Stacked bars of one batch and sequence, a bar for each scheme, with the line of the device's memory.
#pragma once

#include <QWidget>

#include "app/gui/plots/plot_paint.h"
#include "app/gui/views/memory/memory_grid.h"

namespace oscope::gui {

class MemoryChart : public QWidget {
  Q_OBJECT

 public:
  explicit MemoryChart(QWidget* parent = nullptr);
  void setBars(std::vector<MemoryBar> bars);
  /// Bytes of the device; 0: no line.
  void setLimit(double bytes);
  /// The scheme that the texts beside the chart are about.
  void setCurrent(int bar);
  int current() const { return m_current; }
  void renderTo(QPainter& painter);
  /// Of a bar, in widget coordinates: from the axis to its total.
  QRectF barBox(int bar) const;

 signals:
  void currentChanged(int bar);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void rescale();
  void paintBar(QPainter& painter, int bar) const;
  void paintLimit(QPainter& painter) const;
  int barAt(QPointF pixel) const;

  std::vector<MemoryBar> m_bars;
  double m_limit = 0, m_unit = 1e9;  ///< bytes; of the axis
  int m_current = 0, m_hovered = -1;
  PlotFrame m_frame;
};

}  // namespace oscope::gui
