// The visible part of a heat map as CSV. Pure.
#pragma once

#include <functional>
#include <string>

#include "analysis/base/job_context.h"
#include "app/gui/plots/heat_plot.h"

namespace oscope::gui {

/// One line per visible row of each band: what `rowHead` says of it (comma-separated fields under the names
/// `headNames`), then the values of the visible columns with all their digits. A line of column numbers precedes each
/// band. Counts rows as its progress.
std::string heatCsv(const std::vector<HeatBand>& bands, const HeatWindow& window, const std::string& headNames,
                    const std::function<std::string(int band, std::int64_t row)>& rowHead, const JobContext& context);

}  // namespace oscope::gui
