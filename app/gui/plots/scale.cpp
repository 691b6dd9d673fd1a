#include "app/gui/plots/scale.h"

#include <algorithm>
#include <cmath>

namespace oscope::gui {
namespace {

double toLinear(const Scale& scale, double value) {
  return scale.log ? std::log10(value) : value;
}

double fromLinear(const Scale& scale, double value) {
  return scale.log ? std::pow(10.0, value) : value;
}

}  // namespace

double Scale::shareOf(double value) const {
  if (log && !(value > 0)) return 0;
  const double from = toLinear(*this, low), to = toLinear(*this, high);
  return (toLinear(*this, value) - from) / (to - from);
}

double Scale::valueAt(double share) const {
  const double from = toLinear(*this, low), to = toLinear(*this, high);
  return fromLinear(*this, from + share * (to - from));
}

std::vector<Tick> Scale::ticks(int wanted) const {
  if (log) return logTicks(low, high);
  std::vector<Tick> ticks = linearTicks(low, high, wanted);
  if (ticks.size() < 2) ticks = linearTicks(low, high, 2 * wanted);  // one tick alone tells no distance
  return ticks;
}

void Scale::zoom(double share, double factor, const Scale& limits) {
  const double from = toLinear(*this, low), to = toLinear(*this, high), at = from + share * (to - from);
  const double newLow = std::max(toLinear(*this, limits.low), at + (from - at) * factor);
  const double newHigh = std::min(toLinear(*this, limits.high), at + (to - at) * factor);
  if (newHigh - newLow < 1e-9 * std::max(1.0, std::fabs(newHigh))) return;
  low = fromLinear(*this, newLow);
  high = fromLinear(*this, newHigh);
}

void Scale::pan(double share, const Scale& limits) {
  const double from = toLinear(*this, low), to = toLinear(*this, high);
  const double delta = std::clamp(share * (to - from), std::min(0.0, toLinear(*this, limits.low) - from),
                                  std::max(0.0, toLinear(*this, limits.high) - to));
  low = fromLinear(*this, from + delta);
  high = fromLinear(*this, to + delta);
}

Scale logScale(const std::vector<double>& values) {
  const auto [low, high] = logRange(values);
  return {low, high, true};
}

Scale linearScale(double low, double high) {
  if (!(high > low)) high = low + 1;
  const double air = 0.04 * (high - low);
  return {low == 0 ? 0 : low - air, high + air, false};
}

}  // namespace oscope::gui
