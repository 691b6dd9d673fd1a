#include "app/gui/plots/label_placement.h"

#include <algorithm>
#include <cmath>

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

std::vector<ColumnSpan> columnSpans(const QPolygonF& curve, double width, const QRectF& box) {
  const auto columns = static_cast<int>(std::ceil(box.width()));
  std::vector<ColumnSpan> spans(static_cast<std::size_t>(std::max(0, columns)));
  const double half = width / 2;
  for (qsizetype i = 0; i + 1 < curve.size(); ++i) {
    const bool forwards = curve[i].x() <= curve[i + 1].x();
    const QPointF left = curve[forwards ? i : i + 1], right = curve[forwards ? i + 1 : i];
    const double run = right.x() - left.x();
    const auto heightAt = [&](double x) {
      const double share = run > 0 ? std::clamp((x - left.x()) / run, 0.0, 1.0) : 0;
      return left.y() + share * (right.y() - left.y());
    };
    const int first = std::max(0, static_cast<int>(std::floor(left.x() - half - box.left())));
    const int last = std::min(columns - 1, static_cast<int>(std::floor(right.x() + half - box.left())));
    for (int column = first; column <= last; ++column) {
      const double x = box.left() + column;
      const double one = run > 0 ? heightAt(x - half) : left.y(), other = run > 0 ? heightAt(x + 1 + half) : right.y();
      ColumnSpan& span = spans[static_cast<std::size_t>(column)];
      span.top = std::min({span.top, one - half, other - half});
      span.bottom = std::max({span.bottom, one + half, other + half});
    }
  }
  return spans;
}

namespace {

constexpr double kCurveGap = 3;  // between a name and any line

/// All that a curve covers of the columns from `left` on.
ColumnSpan covered(const std::vector<ColumnSpan>& curve, int left, int width) {
  ColumnSpan all;
  for (int column = left; column < left + width; ++column) {
    const ColumnSpan& span = curve[static_cast<std::size_t>(column)];
    all.top = std::min(all.top, span.top);
    all.bottom = std::max(all.bottom, span.bottom);
  }
  return all;
}

}  // namespace

QRectF placeCurveLabel(const std::vector<std::vector<ColumnSpan>>& curves, std::size_t which, QSizeF label,
                       const QRectF& box, bool fromRight, const std::vector<QRectF>& taken) {
  const auto columns = static_cast<int>(curves[which].size());
  const int width = static_cast<int>(std::ceil(label.width()));
  for (int step = 0; step + width <= columns; step += 3) {
    const int left = fromRight ? columns - width - step : step;
    const ColumnSpan own = covered(curves[which], left, width);
    if (own.top > own.bottom) continue;
    for (const double top : {own.top - kCurveGap - label.height(), own.bottom + kCurveGap}) {
      const QRectF place(QPointF(box.left() + left, top), label);
      if (!box.contains(place)) continue;
      const QRectF room = place.adjusted(-kCurveGap, -kCurveGap, kCurveGap, kCurveGap);
      if (std::any_of(taken.begin(), taken.end(), [&](const QRectF& other) { return room.intersects(other); }))
        continue;
      const bool crosses = std::any_of(curves.begin(), curves.end(), [&](const std::vector<ColumnSpan>& curve) {
        for (int column = left; column < left + width; ++column) {
          const ColumnSpan& span = curve[static_cast<std::size_t>(column)];
          if (span.bottom > room.top() && span.top < room.bottom()) return true;
        }
        return false;
      });
      if (!crosses) return place;
    }
  }
  return {};
}

}  // namespace oscope::gui
