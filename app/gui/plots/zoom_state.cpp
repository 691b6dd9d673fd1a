#include "app/gui/plots/zoom_state.h"

#include <array>
#include <cmath>
#include <optional>

#include "app/gui/plots/heat_plot.h"
#include "app/gui/plots/plot_widget.h"

namespace oscope::gui {
namespace {

constexpr double kSlack = 1e-9;  // of rounding, relative

using Edges = std::array<double, 4>;  // low and high of x, then of y

std::optional<Edges> edgesOf(const Json& zoom) {
  if (!zoom.is_array() || zoom.size() != 4) return std::nullopt;
  Edges edges{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (!zoom[i].is_number()) return std::nullopt;
    edges[i] = zoom[i].get<double>();
  }
  return edges;
}

bool isPart(double low, double high, double wholeLow, double wholeHigh) {
  const double slack = kSlack * (std::abs(wholeLow) + std::abs(wholeHigh));
  return low < high && low >= wholeLow - slack && high <= wholeHigh + slack;
}

}  // namespace

Json zoomOf(const PlotWidget& plot) {
  if (!plot.isZoomed()) return {};
  const auto& [x, y] = std::pair(plot.frame().x, plot.frame().y);
  return {x.low, x.high, y.low, y.high};
}

Json zoomOf(const HeatPlot& plot) {
  if (!plot.isZoomed()) return {};
  const HeatWindow& window = plot.window();
  return {window.left, window.right, window.top, window.bottom};
}

void zoomTo(PlotWidget& plot, const Json& zoom) {
  const auto edges = edgesOf(zoom);
  const auto& [xLow, xHigh, yLow, yHigh] = edges.value_or(Edges{});
  Scale x = plot.wholeX(), y = plot.wholeY();
  if (!isPart(xLow, xHigh, x.low, x.high) || !isPart(yLow, yHigh, y.low, y.high)) return plot.fit();
  x.low = xLow, x.high = xHigh;
  y.low = yLow, y.high = yHigh;
  plot.setVisible(x, y);
}

void zoomTo(HeatPlot& plot, const Json& zoom) {
  const auto edges = edgesOf(zoom);
  const auto& [left, right, top, bottom] = edges.value_or(Edges{});
  const auto rows = plot.bands().empty() ? 0.0 : static_cast<double>(plot.bands().front().values->rows());
  if (!isPart(left, right, 0, 1) || !isPart(top, bottom, 0, rows)) return plot.fit();
  plot.setWindow({left, right, top, bottom});
}

}  // namespace oscope::gui
