// Where the marks of the Sensitivity plot stand: pure functions, no widget.
#pragma once

#include <QPointF>
#include <QRectF>
#include <optional>
#include <vector>

namespace oscope::gui {

/// Many dots as a pixel grid shows them: one for each cell of `cell` pixels that holds any, and how many it holds.
struct Dot {
  QPointF center;
  int count = 0;
};
std::vector<Dot> decimateDots(const std::vector<QPointF>& pixels, const QRectF& box, double cell);

/// Indices of the points that get a mark so that neighbours are at least `gap` pixels apart: the first, then every next
/// one that is far enough; the last one always, instead of its neighbour if need be.
std::vector<std::size_t> marksApart(const std::vector<QPointF>& pixels, double gap);

/// The point next to `pixel` within `radius`; of equally near ones the first.
std::optional<std::size_t> nearestPoint(const std::vector<QPointF>& pixels, QPointF pixel, double radius);

}  // namespace oscope::gui
