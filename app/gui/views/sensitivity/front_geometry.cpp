#include "app/gui/views/sensitivity/front_geometry.h"

#include <algorithm>
#include <cmath>

namespace oscope::gui {
namespace {

double squared(QPointF vector) {
  return vector.x() * vector.x() + vector.y() * vector.y();
}

}  // namespace

std::vector<Dot> decimateDots(const std::vector<QPointF>& pixels, const QRectF& box, double cell) {
  const auto columns = static_cast<std::size_t>(std::max(1.0, std::ceil(box.width() / cell)) + 1);
  const auto rows = static_cast<std::size_t>(std::max(1.0, std::ceil(box.height() / cell)) + 1);
  std::vector<int> place(columns * rows, -1);
  std::vector<Dot> dots;
  for (const QPointF& pixel : pixels) {
    if (!box.contains(pixel)) continue;
    const auto column = static_cast<std::size_t>((pixel.x() - box.left()) / cell);
    const auto row = static_cast<std::size_t>((pixel.y() - box.top()) / cell);
    int& dot = place[row * columns + column];
    if (dot < 0) {
      dot = static_cast<int>(dots.size());
      dots.push_back({pixel, 0});  // the first one's own place: dots don't fall into a visible raster
    }
    ++dots[static_cast<std::size_t>(dot)].count;
  }
  return dots;
}

std::vector<std::size_t> marksApart(const std::vector<QPointF>& pixels, double gap) {
  std::vector<std::size_t> marks;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (marks.empty() || squared(pixels[i] - pixels[marks.back()]) >= gap * gap) marks.push_back(i);
  }
  if (!marks.empty() && marks.back() + 1 != pixels.size()) {
    if (marks.size() > 1) marks.pop_back();
    marks.push_back(pixels.size() - 1);
  }
  return marks;
}

std::optional<std::size_t> nearestPoint(const std::vector<QPointF>& pixels, QPointF pixel, double radius) {
  std::optional<std::size_t> nearest;
  double best = radius * radius;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double distance = squared(pixels[i] - pixel);
    if (distance < best || (!nearest && distance == best)) {
      best = distance;
      nearest = i;
    }
  }
  return nearest;
}

}  // namespace oscope::gui
