#include "tests/arch/source_tree.h"

#include <regex.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace oscope::test {
namespace {

SourceFile readSource(const std::filesystem::path& file, const std::filesystem::path& root) {
  SourceFile source;
  source.path = file.lexically_relative(root).generic_string();
  std::ifstream in(file, std::ios::binary);
  source.text.assign(std::istreambuf_iterator<char>(in), {});
  static const std::regex kInclude(R"re(^\s*#\s*include\s*([<"])([^">]+)[>"])re");
  std::istringstream lines(source.text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) source.includes.push_back({number, match[2], match[1] == "\""});
  }
  return source;
}

std::vector<SourceFile> readAll() {
  const std::filesystem::path root = OSCOPE_SOURCE_DIR;
  std::vector<SourceFile> sources;
  for (const char* folder : {"analysis", "quant", "gpu", "app"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension == ".h" || extension == ".cpp" || extension == ".cu" || extension == ".cuh") {
        sources.push_back(readSource(entry.path(), root));
      }
    }
  }
  std::sort(sources.begin(), sources.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return sources;
}

}  // namespace

const std::vector<SourceFile>& productSources() {
  static const std::vector<SourceFile> sources = readAll();
  return sources;
}

std::string withoutComments(const std::string& text) {
  enum class In { Code, Line, Block, String, Char } state = In::Code;
  std::string out = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
    switch (state) {
      case In::Code:
        if (c == '/' && next == '/') state = In::Line;
        if (c == '/' && next == '*') state = In::Block;
        if (c == '"') state = In::String;
        if (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1])))) state = In::Char;
        break;
      case In::Line:
        if (c == '\n') state = In::Code;
        break;
      case In::Block:
        if (c == '/' && text[i - 1] == '*') {
          out[i] = ' ';
          state = In::Code;
        }
        break;
      case In::String:
      case In::Char:
        if (c == '\\') {
          ++i;
        } else if (c == (state == In::String ? '"' : '\'')) {
          state = In::Code;
        }
        break;
    }
    if ((state == In::Line || state == In::Block) && c != '\n') out[i] = ' ';
  }
  return out;
}

std::vector<std::string> placesOf(const std::string& pattern, const std::string& path, const std::string& text,
                                  Case letters) {
  // POSIX expressions: std::regex takes a hundred times as long on a whole source tree.
  regex_t expression;
  if (regcomp(&expression, pattern.c_str(), REG_EXTENDED | REG_NOSUB | (letters == Case::Ignored ? REG_ICASE : 0)) != 0)
    return {"bad pattern " + pattern};
  std::vector<std::string> places;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (regexec(&expression, line.c_str(), 0, nullptr, 0) == 0) places.push_back(path + ":" + std::to_string(number));
  }
  regfree(&expression);
  return places;
}

}  // namespace oscope::test
