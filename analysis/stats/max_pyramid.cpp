#include "analysis/stats/max_pyramid.h"

#include <algorithm>

namespace oscope::stats {
namespace {

constexpr std::int64_t kRadix = 4;

}  // namespace

MaxPyramid::MaxPyramid(std::vector<std::span<const float>> rows, std::int64_t columns)
    : m_rows(std::move(rows)), m_columns(columns) {
  for (std::int64_t width = columns; width > kRadix;) {
    Level level;
    level.width = (width + kRadix - 1) / kRadix;
    level.values.assign(m_rows.size() * static_cast<std::size_t>(level.width), 0.0f);
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
      if (m_rows[r].empty()) continue;
      const float* below =
          m_levels.empty() ? m_rows[r].data() : &m_levels.back().values[r * static_cast<std::size_t>(width)];
      float* out = &level.values[r * static_cast<std::size_t>(level.width)];
      for (std::int64_t c = 0; c < level.width; ++c) {
        out[c] = *std::max_element(below + c * kRadix, below + std::min(width, (c + 1) * kRadix));
      }
    }
    width = level.width;
    m_levels.push_back(std::move(level));
  }
}

float MaxPyramid::at(std::int64_t row, std::int64_t column) const {
  const std::span<const float> values = m_rows[static_cast<std::size_t>(row)];
  return values.empty() ? 0.0f : values[static_cast<std::size_t>(column)];
}

float MaxPyramid::max(std::int64_t row, std::int64_t from, std::int64_t to) const {
  const auto r = static_cast<std::size_t>(row);
  if (m_rows[r].empty()) return 0;
  const float* values = m_rows[r].data();
  float best = 0;
  for (std::size_t level = 0; from < to; ++level) {
    const bool last = level == m_levels.size();
    // The ends that no whole group covers; on the last level, everything.
    while (from < to && (last || from % kRadix != 0)) best = std::max(best, values[from++]);
    while (from < to && to % kRadix != 0) best = std::max(best, values[--to]);
    if (from == to) break;
    from /= kRadix;
    to /= kRadix;
    values = &m_levels[level].values[r * static_cast<std::size_t>(m_levels[level].width)];
  }
  return best;
}

std::int64_t MaxPyramid::argmax(std::int64_t row, std::int64_t from, std::int64_t to) const {
  const std::span<const float> values = m_rows[static_cast<std::size_t>(row)];
  if (values.empty() || from >= to) return from;
  return std::max_element(values.begin() + from, values.begin() + to) - values.begin();
}

}  // namespace oscope::stats
