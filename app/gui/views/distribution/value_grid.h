// The codes of a static scale on a log axis, and what they do to a histogram: values, no widget.
#pragma once

#include <vector>

#include "analysis/stats/scaled_histogram.h"
#include "app/gui/plots/scale.h"
#include "quant/numerics/scheme.h"

namespace oscope::gui {

/// A symmetric static grid over `share` of a range, with the scale that would be stored.
struct ValueGrid {
  double step = 0;
  double clip = 0;  ///< values above are clipped: share * range
  int topCode = 127;
};
ValueGrid valueGrid(double range, double share, int bits, const quant::NumericRules& rules);

/// What the grid does to the values.
struct GridLoss {
  double zeroShare = 0;  ///< of all values: |x| < step / 2 becomes 0
  double clipped = 0;    ///< values above the clip
  double clippedShare = 0;
};
GridLoss gridLoss(const stats::ScaledHistogram& histogram, const ValueGrid& grid);

/// A rug of `width` pixels under an axis: ticks at the codes 1 ... topCode, at least `gap` pixels apart (the last code
/// always), and where the part that rounds to zero ends.
struct GridRug {
  std::vector<double> ticks;
  double zeroEnd = 0;
};
GridRug gridRug(const ValueGrid& grid, const Scale& x, double width, double gap = 2);

/// Axes around two histograms of one site: from well below the smaller step to above the larger range, and from less
/// than one value to all of them.
Scale valueAxis(double range, double smallestStep);
Scale shareAxis(double total);

}  // namespace oscope::gui
