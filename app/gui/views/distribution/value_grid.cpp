#include "app/gui/views/distribution/value_grid.h"

#include <algorithm>
#include <cmath>

#include "quant/numerics/quantize.h"

namespace oscope::gui {

ValueGrid valueGrid(double range, double share, int bits, const quant::NumericRules& rules) {
  return {quant::staticActivationScale(range * share, bits, rules.scaleDtype), range * share, (1 << (bits - 1)) - 1};
}

GridLoss gridLoss(const stats::ScaledHistogram& histogram, const ValueGrid& grid) {
  if (!(histogram.total > 0)) return {};
  GridLoss loss;
  loss.zeroShare = stats::countBelow(histogram, grid.step / 2) / histogram.total;
  loss.clipped = histogram.total - stats::countBelow(histogram, grid.clip);
  loss.clippedShare = loss.clipped / histogram.total;
  return loss;
}

GridRug gridRug(const ValueGrid& grid, const Scale& x, double width, double gap) {
  GridRug rug;
  rug.zeroEnd = std::clamp(x.shareOf(grid.step / 2), 0.0, 1.0) * width;
  for (int code = 1; code <= grid.topCode; ++code) {
    const double at = x.shareOf(code * grid.step) * width;
    if (at < 0 || at > width) continue;
    if (!rug.ticks.empty() && at - rug.ticks.back() < gap) {
      if (code < grid.topCode) continue;
      rug.ticks.pop_back();
    }
    rug.ticks.push_back(at);
  }
  return rug;
}

Scale valueAxis(double range, double smallestStep) {
  if (!(range > 0)) return {0.001, 1, true};
  const double low = std::pow(10.0, std::floor(std::log10(smallestStep / 16)));
  return {std::min(low, range / 100), range * 1.8, true};
}

Scale shareAxis(double total) {
  return {std::pow(10.0, std::floor(std::log10(0.5 / std::max(total, 10.0)))), 1, true};
}

}  // namespace oscope::gui
