// Labels of spikes that touch neither each other nor a neighbour's stem: pure geometry, no widget.
#pragma once

#include <QRectF>
#include <QSizeF>
#include <vector>

namespace oscope::gui {

/// A spike to label: its tip, and the size of its label.
struct SpikeTip {
  QPointF tip;
  QSizeF label;
  double foot = 0;  ///< y where the stem ends
};

/// One rectangle per spike, in order; a null one where the label would touch what stands already. Earlier spikes go
/// first: pass the largest first. A label stands centred above its tip, else beside it, always inside `bounds`.
std::vector<QRectF> placeSpikeLabels(const std::vector<SpikeTip>& spikes, const QRectF& bounds, double gap = 4);

/// Where the name of a curve stands beside it without crossing any curve. `curves`: y in pixels of each pixel column of
/// `box`; `which` of them is named. Tries columns from the left (or the right), above and below; null: no room.
QRectF placeCurveLabel(const std::vector<std::vector<double>>& curves, std::size_t which, QSizeF label,
                       const QRectF& box, bool fromRight);

}  // namespace oscope::gui
