// Many values on few pixels: pure functions that keep every extreme, no widget.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "app/gui/plots/scale.h"

namespace oscope::gui {

/// What one pixel column shows of a series.
struct ColumnRange {
  float low = 0, high = 0;
  std::int64_t first = -1, last = -1;  ///< places that fall into the column; -1: none
  std::int64_t highAt = -1;            ///< the place of `high`, the first of equals
};

/// Smallest and largest value of each of `columns` equal columns over the visible part of a linear or log x axis. Value
/// i stands at x = i + origin. Values outside of the visible part, and NaN, are left out.
std::vector<ColumnRange> columnRanges(std::span<const float> values, const Scale& x, int columns, double origin = 0);

/// The values in descending order, and where each of them was.
struct Ranked {
  std::vector<float> values;
  std::vector<std::int64_t> places;
};
Ranked ranked(std::span<const float> values);

}  // namespace oscope::gui
