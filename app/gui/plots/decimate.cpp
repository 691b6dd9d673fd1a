#include "app/gui/plots/decimate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace oscope::gui {

std::vector<ColumnRange> columnRanges(std::span<const float> values, const Scale& x, int columns, double origin) {
  std::vector<ColumnRange> ranges(static_cast<std::size_t>(std::max(0, columns)));
  const auto count = static_cast<double>(values.size());
  const auto begin = static_cast<std::int64_t>(std::clamp(std::ceil(x.low - origin), 0.0, count));
  const auto end = static_cast<std::int64_t>(std::clamp(std::floor(x.high - origin) + 1, 0.0, count));
  for (std::int64_t i = begin; i < end; ++i) {
    const double share = x.shareOf(static_cast<double>(i) + origin);
    const auto column = static_cast<std::int64_t>(std::floor(share * columns));
    if (share < 0 || share > 1 || columns <= 0) continue;
    ColumnRange& range = ranges[static_cast<std::size_t>(std::min<std::int64_t>(column, columns - 1))];
    const float value = values[static_cast<std::size_t>(i)];
    if (std::isnan(value)) continue;
    if (range.first < 0) {
      range = {value, value, i, i, i};
      continue;
    }
    range.last = i;
    range.low = std::min(range.low, value);
    if (value > range.high) {
      range.high = value;
      range.highAt = i;
    }
  }
  return ranges;
}

Ranked ranked(std::span<const float> values) {
  Ranked result;
  result.places.resize(values.size());
  std::iota(result.places.begin(), result.places.end(), 0);
  std::stable_sort(result.places.begin(), result.places.end(), [&](std::int64_t a, std::int64_t b) {
    return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
  });
  for (std::int64_t place : result.places) result.values.push_back(values[static_cast<std::size_t>(place)]);
  return result;
}

}  // namespace oscope::gui
