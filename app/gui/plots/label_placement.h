// Labels of spikes and curves that touch neither each other nor a line: pure geometry, no widget.
#pragma once

#include <QPolygonF>
#include <QRectF>
#include <QSizeF>
#include <limits>
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

/// What a curve covers of one pixel column, y in pixels; as it is made: nothing.
struct ColumnSpan {
  double top = std::numeric_limits<double>::infinity();
  double bottom = -std::numeric_limits<double>::infinity();
};

/// Of each pixel column of `box`, for a polyline of this width as it is drawn: steps are vertical lines.
std::vector<ColumnSpan> columnSpans(const QPolygonF& curve, double width, const QRectF& box);

/// Where the name of a curve stands beside it without crossing any curve or what is `taken`. `curves`: columnSpans of
/// the same box; `which` of them is named. Tries columns from the left (or the right), above and below; null: no room.
QRectF placeCurveLabel(const std::vector<std::vector<ColumnSpan>>& curves, std::size_t which, QSizeF label,
                       const QRectF& box, bool fromRight, const std::vector<QRectF>& taken = {});

}  // namespace oscope::gui
