// What the heat maps' tooltips say: a title, then lines of label, tab and figure. Pure.
#pragma once

#include <QString>

#include "app/gui/views/heatmap/heat_tables.h"

namespace oscope::gui {

/// Of a channel of the snapshot's site number `site`.
QString heatTooltip(const ModelHeat& heat, std::size_t site, std::int64_t channel);
/// Of a channel of a kept token; the table must be there.
QString heatTooltip(const SiteHeat& heat, std::int64_t row, std::int64_t channel);

}  // namespace oscope::gui
