// The visible part of a heat map as CSV. Pure.
#pragma once

#include <QString>
#include <functional>

#include "app/gui/plots/heat_plot.h"

namespace oscope::gui {

/// One line per visible row of each band: what `rowHead` says of it (comma-separated fields under the names
/// `headNames`), then the values of the visible columns with all their digits. A line of column numbers precedes each
/// band.
QString heatCsv(const std::vector<HeatBand>& bands, const HeatWindow& window, const QString& headNames,
                const std::function<QString(int band, std::int64_t row)>& rowHead);

}  // namespace oscope::gui
