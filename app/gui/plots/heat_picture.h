// Which cells a pixel of a heat map shows, and the picture of them. Pure, no widget.
#pragma once

#include <QImage>

#include "analysis/stats/max_pyramid.h"
#include "app/gui/plots/heat_color.h"

namespace oscope::gui {

/// The visible part of a table: columns as shares of all of them (bands of different width zoom together), rows as
/// numbers; row 0 is on top. Cells reach from i to i + 1.
struct HeatWindow {
  double left = 0, right = 1;
  double top = 0, bottom = 1;
  friend bool operator==(const HeatWindow&, const HeatWindow&) = default;

  static HeatWindow whole(std::int64_t rows) { return {0, 1, 0, static_cast<double>(rows)}; }
  /// Zooms by `factor` (< 1: in) so that what lies at (xShare, yShare) of the visible part stays there. Neither side
  /// becomes smaller than `smallestX` or `smallestY`, and nothing beyond `rows` is shown.
  void zoom(double xShare, double yShare, double factorX, double factorY, std::int64_t rows, double smallestX,
            double smallestY);
  /// Moves by shares of the visible part, inside the table.
  void pan(double xShare, double yShare, std::int64_t rows);
  /// Moves as little as needed to show this cell of a band with `columns` columns.
  void reveal(std::int64_t row, std::int64_t column, std::int64_t columns, std::int64_t rows);
};

/// Half-open run of rows or columns.
struct CellRun {
  std::int64_t from = 0, to = 0;
};

/// The columns that pixel `x` of `width` shows. Where cells are narrower than `narrowest` pixels, each is widened to
/// that, so that an outlier can be seen at every zoom.
CellRun columnsAt(const HeatWindow& window, std::int64_t columns, int width, int x, int narrowest);
/// The rows that pixel `y` of `height` shows: the one at its centre, or all that touch it where rows are thinner.
CellRun rowsAt(const HeatWindow& window, std::int64_t rows, int height, int y);

/// The visible part in colours: each pixel is the maximum of its cells.
QImage heatPicture(const stats::MaxPyramid& values, const HeatWindow& window, const QSize& pixels,
                   const HeatScale& scale, int narrowest);

}  // namespace oscope::gui
