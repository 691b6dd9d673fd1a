// Colours of heat maps: inferno on a log scale, in both themes. Pure, no widget.
#pragma once

#include <QColor>
#include <array>
#include <span>

namespace oscope::gui {

inline constexpr int kHeatColors = 256;

/// Inferno from 6 % up (its first steps can't be told from the ground), quiet to loud.
const std::array<QRgb, kHeatColors>& heatColors();

/// Which value has which colour. low > 0.
struct HeatScale {
  double low = 0.1, high = 1000;
  /// 0 for values at or below `low` (dead channels too), kHeatColors - 1 from `high` on.
  int index(float value) const;
  friend bool operator==(const HeatScale&, const HeatScale&) = default;
};

/// From the quietest hundredth of the positive values (at most four decades below the largest one) to the largest.
HeatScale heatScaleOf(const std::vector<std::span<const float>>& rows);

/// Lines and rings on a heat map: it is dark in both themes.
QColor heatInk(double alpha = 1.0);

}  // namespace oscope::gui
