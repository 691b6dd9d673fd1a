// Ticks of plots: pure functions, no widget.
#pragma once

#include <QString>
#include <utility>
#include <vector>

namespace oscope::gui {

struct Tick {
  double value = 0;
  QString label;  ///< empty: no label
  bool major = true;
};

/// Ticks of a log axis over [low, high], low > 0: each decade (major) and 3 x decade, written out from 0.001 to
/// 10,000, outside as powers of ten. Less than one decade: linear ticks.
std::vector<Tick> logTicks(double low, double high);
/// "Nice" linear ticks: steps of 1, 2 or 5 times a power of ten, about `wanted` of them.
std::vector<Tick> linearTicks(double low, double high, int wanted);
/// Whole blocks: every 4 (every 8 from 48 blocks on), and always the last one. Visible part [low, high] only.
std::vector<Tick> blockTicks(int blocks, double low, double high);

/// [low, high] for a log axis around positive data: widened by a tenth of a decade at both ends; zeros are ignored.
std::pair<double, double> logRange(const std::vector<double>& values);

}  // namespace oscope::gui
