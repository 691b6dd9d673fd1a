#include "app/gui/views/heatmap/heat_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace oscope::gui {

QString heatCsv(const std::vector<HeatBand>& bands, const HeatWindow& window, const QString& headNames,
                const std::function<QString(int band, std::int64_t row)>& rowHead) {
  std::string table;
  char digits[32];
  const auto append = [&](auto value) {
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    table += ',';
    table.append(digits, end);
  };
  for (int b = 0; b < static_cast<int>(bands.size()); ++b) {
    const stats::MaxPyramid& values = *bands[static_cast<std::size_t>(b)].values;
    const auto columns = static_cast<double>(values.columns());
    const auto from = static_cast<std::int64_t>(std::floor(window.left * columns + 1e-9));
    const auto to = std::min(values.columns(), static_cast<std::int64_t>(std::ceil(window.right * columns - 1e-9)));
    table += headNames.toStdString();
    for (std::int64_t column = from; column < to; ++column) append(column);
    table += '\n';
    const std::int64_t last = std::min(values.rows(), static_cast<std::int64_t>(std::ceil(window.bottom - 1e-9)));
    for (auto row = static_cast<std::int64_t>(std::floor(window.top + 1e-9)); row < last; ++row) {
      table += rowHead(b, row).toStdString();
      for (std::int64_t column = from; column < to; ++column) append(values.at(row, column));
      table += '\n';
    }
  }
  return QString::fromStdString(table);
}

}  // namespace oscope::gui
