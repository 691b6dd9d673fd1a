// One axis of a plot as a value: pure arithmetic between data and shares of the axis, no widget.
#pragma once

#include <vector>

#include "app/gui/plots/axis.h"

namespace oscope::gui {

struct Scale {
  double low = 0, high = 1;  ///< visible part; low < high, and low > 0 where `log`
  bool log = false;

  /// Place of a value as a share of the axis: 0 at `low`, 1 at `high`; beyond them outside of 0..1. On a log axis
  /// values at or below zero stand at 0: a dead channel is drawn at the lower edge, never left out.
  double shareOf(double value) const;
  double valueAt(double share) const;
  /// Ticks as the design wants them: decades and 3 x decades, or about `wanted` round steps.
  std::vector<Tick> ticks(int wanted = 6) const;

  /// Zooms by `factor` (< 1: in) so that the value at `share` stays where it is, within `limits`.
  void zoom(double share, double factor, const Scale& limits);
  /// Moves the visible part by a share of the axis, within `limits`.
  void pan(double share, const Scale& limits);

  friend bool operator==(const Scale&, const Scale&) = default;
};

/// A log scale around positive data (see logRange), and a linear one from 0 or around the data, with a little air.
Scale logScale(const std::vector<double>& values);
Scale linearScale(double low, double high);

}  // namespace oscope::gui
