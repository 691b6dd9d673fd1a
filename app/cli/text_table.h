// Tables of plain text with aligned columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oscope::cli {

/// Characters of UTF-8 text (each is one column wide in what we print).
std::size_t characterCount(std::string_view utf8);
/// At most `count` characters of `utf8`.
std::string firstCharacters(const std::string& utf8, std::size_t count);

class TextTable {
 public:
  enum class Align { Left, Right };
  struct Column {
    std::string title;
    Align align = Align::Right;
  };

  explicit TextTable(std::vector<Column> columns) : m_columns(std::move(columns)) {}
  /// As many cells as there are columns.
  void addRow(std::vector<std::string> cells);
  /// Head, rule and rows, two spaces between columns, every line ended; without rows the head alone.
  std::string text() const;

 private:
  std::vector<Column> m_columns;
  std::vector<std::vector<std::string>> m_rows;
};

}  // namespace oscope::cli
