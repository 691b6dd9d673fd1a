// Maxima over runs of columns in logarithmic time: what a picture of many columns is made from, so that its largest
// values never vanish.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace oscope::stats {

/// Rows of equally many values >= 0. Each further level holds the maxima of four neighbours of the level below, a third
/// of the values more in all. Thread-safe to read.
class MaxPyramid {
 public:
  /// `rows` are not copied and must outlive the pyramid. A row has `columns` values, or none where there is nothing to
  /// show: it reads as zeros.
  MaxPyramid(std::vector<std::span<const float>> rows, std::int64_t columns);

  std::int64_t rows() const { return static_cast<std::int64_t>(m_rows.size()); }
  std::int64_t columns() const { return m_columns; }
  float at(std::int64_t row, std::int64_t column) const;
  /// Largest value of columns [from, to) of a row; 0 where the run is empty.
  float max(std::int64_t row, std::int64_t from, std::int64_t to) const;
  /// The first column of [from, to) that holds that value; `from` where the run is empty.
  std::int64_t argmax(std::int64_t row, std::int64_t from, std::int64_t to) const;

 private:
  std::vector<std::span<const float>> m_rows;
  std::int64_t m_columns = 0;
  struct Level {
    std::int64_t width = 0;
    std::vector<float> values;  ///< [rows, width]
  };
  std::vector<Level> m_levels;
};

}  // namespace oscope::stats
