#include "app/gui/views/heatmap/heat_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace oscope::gui {

std::string heatCsv(const std::vector<HeatBand>& bands, const HeatWindow& window, const std::string& headNames,
                    const std::function<std::string(int band, std::int64_t row)>& rowHead, const JobContext& context) {
  std::string table;
  char digits[32];
  const auto append = [&](auto value) {
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    table += ',';
    table.append(digits, end);
  };
  const std::int64_t rows = bands.empty() ? 0 : bands.front().values->rows();  // of every band
  const std::int64_t last = std::min(rows, static_cast<std::int64_t>(std::ceil(window.bottom - 1e-9)));
  const auto first = static_cast<std::int64_t>(std::floor(window.top + 1e-9));
  ProgressMeter meter(context, "table", "rows", (last - first) * static_cast<std::int64_t>(bands.size()));
  for (int b = 0; b < static_cast<int>(bands.size()); ++b) {
    const stats::MaxPyramid& values = *bands[static_cast<std::size_t>(b)].values;
    const auto columns = static_cast<double>(values.columns());
    const auto from = static_cast<std::int64_t>(std::floor(window.left * columns + 1e-9));
    const auto to = std::min(values.columns(), static_cast<std::int64_t>(std::ceil(window.right * columns - 1e-9)));
    table += headNames;
    for (std::int64_t column = from; column < to; ++column) append(column);
    table += '\n';
    for (std::int64_t row = first; row < last; ++row) {
      table += rowHead(b, row);
      for (std::int64_t column = from; column < to; ++column) append(values.at(row, column));
      table += '\n';
      meter.advance(1);
    }
  }
  return table;
}

}  // namespace oscope::gui
