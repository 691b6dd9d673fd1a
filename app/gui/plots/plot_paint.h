// What every painted plot has: frame, grid, axes, tooltip, rubber band, labels that keep clear of each other.
#pragma once

#include <QPainter>
#include <QRectF>
#include <QString>
#include <vector>

#include "app/gui/plots/scale.h"

namespace oscope::gui {

/// Where data stands on the picture.
struct PlotFrame {
  QRectF box;  ///< the plot area, in pixels
  Scale x, y;
  double xGap = 0;         ///< pixels between the plot area and its x labels, where a plot paints a strip of its own
  QString xTitle, yTitle;  ///< y's title says "log scale" where it is one

  QPointF toPixel(double xValue, double yValue) const;
  /// The data below a pixel.
  QPointF toValue(QPointF pixel) const;
};

/// Grid and axes around `frame.box`: ticks, labels and titles. Needs 56 px on the left (72 with a title), 30 px below
/// (46 with a title). `xTicks` replaces the scale's own (whole blocks, categories).
void paintAxes(QPainter& painter, const PlotFrame& frame, const std::vector<Tick>* xTicks = nullptr);

/// Lines separated by line feeds, the first one is the title; a tab parts a line into label and figure. Stands beside
/// `anchor`, inside `bounds`.
void paintTooltip(QPainter& painter, QPointF anchor, const QRectF& bounds, const QString& text);

/// The rectangle of a selection that is being drawn.
void paintRubberBand(QPainter& painter, const QRectF& band);

/// Moves label centres apart so that neighbours are `gap` pixels apart, keeping their order and moving none above
/// `top`. `centres` ascend.
void spreadLabels(std::vector<double>& centres, double gap, double top);

}  // namespace oscope::gui
