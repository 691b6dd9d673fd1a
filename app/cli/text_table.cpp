#include "app/cli/text_table.h"

#include <algorithm>
#include <cassert>

namespace oscope::cli {
namespace {

bool startsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0u) != 0x80u;
}

}  // namespace

std::size_t characterCount(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), startsCharacter));
}

std::string firstCharacters(const std::string& utf8, std::size_t count) {
  std::size_t end = 0;
  for (; end < utf8.size(); ++end) {
    if (startsCharacter(utf8[end]) && count-- == 0) break;
  }
  return utf8.substr(0, end);
}

void TextTable::addRow(std::vector<std::string> cells) {
  assert(cells.size() == m_columns.size());
  m_rows.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < m_columns.size(); ++column) {
    std::size_t width = characterCount(m_columns[column].title);
    for (const auto& row : m_rows) width = std::max(width, characterCount(row[column]));
    widths.push_back(width);
  }
  std::string out;
  const auto addLine = [&](const auto& cellOf) {
    std::string line;
    for (std::size_t column = 0; column < m_columns.size(); ++column) {
      const std::string cell = cellOf(column);
      const std::string padding(widths[column] - characterCount(cell), ' ');
      if (column > 0) line += "  ";
      line += m_columns[column].align == Align::Right ? padding + cell : cell + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  addLine([&](std::size_t column) { return m_columns[column].title; });
  addLine([&](std::size_t column) { return std::string(widths[column], '-'); });
  for (const auto& row : m_rows) addLine([&](std::size_t column) { return row[column]; });
  return out;
}

}  // namespace oscope::cli
