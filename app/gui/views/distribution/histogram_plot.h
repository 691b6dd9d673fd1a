// Log-log histogram of |x| before and after the fold (FPTQ Figure 1), the codes of a static scale below it, and a clip
// to drag.
#pragma once

#include "app/gui/plots/plot_widget.h"
#include "app/gui/views/distribution/value_grid.h"

namespace oscope::gui {

struct HistogramSeries {
  stats::ScaledHistogram before, after;
  ValueGrid gridBefore, gridAfter;
  QString foldName;  ///< "LAE"
};

class HistogramPlot : public PlotWidget {
  Q_OBJECT

 public:
  explicit HistogramPlot(QWidget* parent = nullptr);
  /// `clip`: share of the range that both grids cover.
  void setSeries(const HistogramSeries& series, double clip);
  void setShown(bool before, bool after, bool grid);
  /// Where the handle can be gripped.
  QPointF handle() const;

 signals:
  void clipDragged(double share);
  void clipTyped();  ///< Enter: the value is wanted by keyboard

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  void hoverAt(std::optional<QPointF> pixel) override;
  bool dragStart(QPointF pixel) override;
  void dragTo(QPointF pixel, Qt::KeyboardModifiers modifiers) override;
  void dragEnd(bool commit) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void paintSteps(QPainter& painter, const stats::ScaledHistogram& histogram, const QColor& color, double fill) const;
  void paintRug(QPainter& painter, const ValueGrid& grid, double top, const QString& name, const QColor& color) const;
  void paintClip(QPainter& painter) const;
  void paintAfterLabel(QPainter& painter) const;
  void paintHover(QPainter& painter) const;
  bool nearClip(QPointF pixel) const;

  HistogramSeries m_series;
  double m_clip = 1;
  bool m_before = true, m_after = true, m_grid = true;
  std::optional<QPointF> m_hover;
  bool m_gripped = false, m_nearClip = false;
  double m_clipAtStart = 1, m_shareAtPress = 0, m_pressX = 0;
};

}  // namespace oscope::gui
