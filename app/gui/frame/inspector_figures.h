// What the inspector shows of a site as bars and lines: pure functions of the document.
#pragma once

#include <QString>
#include <cstddef>
#include <vector>

#include "app/gui/frame/bar_rows.h"

namespace oscope::quant {
struct SitePlan;
}

namespace oscope::gui {

class Document;

struct Bars {
  std::vector<BarRows::Row> rows;
  std::vector<BarRows::Tick> ticks;
};

/// Range with and without the first token on a log scale that reaches two decades below the larger of range and v1.
Bars rangeBars(const Document& document, std::size_t site);
/// Predicted SQNR of every policy. LAE that can't be had is hatched: what it would give, and why it can't.
Bars predictionBars(const Document& document, std::size_t site);
/// Scheme and size of every linear, and what the fold leaves of the range: rich text.
QString weightsTable(const quant::SitePlan& plan);

}  // namespace oscope::gui
