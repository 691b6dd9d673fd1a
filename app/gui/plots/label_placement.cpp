#include "app/gui/plots/label_placement.h"

#include <algorithm>

namespace oscope::gui {

std::vector<QRectF> placeSpikeLabels(const std::vector<SpikeTip>& spikes, const QRectF& bounds, double gap) {
  constexpr double kDot = 5;  // half the room of a tip's mark
  std::vector<QRectF> placed(spikes.size()), stems;
  for (const SpikeTip& spike : spikes) {
    stems.emplace_back(spike.tip.x() - kDot, spike.tip.y() - kDot, 2 * kDot,
                       std::max(2 * kDot, spike.foot - spike.tip.y()));
  }
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const SpikeTip& spike = spikes[i];
    const double width = spike.label.width(), height = spike.label.height();
    const double above = spike.tip.y() - kDot - 1 - height, beside = spike.tip.y() - height / 2;
    QRectF candidates[] = {QRectF(spike.tip.x() - width / 2, above, width, height),
                           QRectF(spike.tip.x() + kDot + 2, beside, width, height),
                           QRectF(spike.tip.x() - kDot - 2 - width, beside, width, height)};
    candidates[0].moveLeft(std::clamp(candidates[0].left(), bounds.left(), bounds.right() - width));
    for (const QRectF& candidate : candidates) {
      if (!bounds.contains(candidate)) continue;
      const QRectF room = candidate.adjusted(-gap, -gap / 2, gap, gap / 2);
      const bool touchesLabel =
          std::any_of(placed.begin(), placed.end(), [&](const QRectF& other) { return room.intersects(other); });
      bool touchesStem = false;
      for (std::size_t k = 0; k < stems.size(); ++k) touchesStem |= k != i && candidate.intersects(stems[k]);
      if (touchesLabel || touchesStem) continue;
      placed[i] = candidate;
      break;
    }
  }
  return placed;
}

QRectF placeCurveLabel(const std::vector<std::vector<double>>& curves, std::size_t which, QSizeF label,
                       const QRectF& box, bool fromRight) {
  constexpr double kGap = 3;
  const auto columns = static_cast<int>(curves[which].size());
  const int width = static_cast<int>(label.width());
  const auto isFree = [&](int left, double top, double bottom) {
    for (const std::vector<double>& curve : curves) {
      for (int column = left; column < left + width; ++column) {
        // A step between two columns is a line through all heights between them.
        const double here = curve[static_cast<std::size_t>(column)];
        const double there = curve[static_cast<std::size_t>(std::min(column + 1, columns - 1))];
        if (std::max(here, there) > top - kGap && std::min(here, there) < bottom + kGap) return false;
      }
    }
    return true;
  };
  for (int step = 0; step + width < columns; step += 3) {
    const int left = fromRight ? columns - 1 - width - step : step;
    const auto begin = curves[which].begin() + left;
    const double above = *std::min_element(begin, begin + width) - kGap - 1 - label.height();
    const double below = *std::max_element(begin, begin + width) + kGap + 1;
    for (const double top : {above, below}) {
      if (top < box.top() || top + label.height() > box.bottom()) continue;
      if (isFree(left, top, top + label.height())) return {QPointF(box.left() + left, top), label};
    }
  }
  return {};
}

}  // namespace oscope::gui
