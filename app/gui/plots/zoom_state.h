// What views keep of a plot's zoom for the way back and the workspace.
#pragma once

#include "analysis/base/json.h"

namespace oscope::gui {

class HeatPlot;
class PlotWidget;

/// The four edges of the visible part; null where all of the data is shown.
Json zoomOf(const PlotWidget& plot);
Json zoomOf(const HeatPlot& plot);
/// Back to what zoomOf() gave, once the plot has the same data. Anything that is no part of the data shows all of it.
void zoomTo(PlotWidget& plot, const Json& zoom);
void zoomTo(HeatPlot& plot, const Json& zoom);

}  // namespace oscope::gui
