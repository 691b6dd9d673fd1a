// The product's own source files with their #include lines, for the tests that guard the structure.
#pragma once

#include <string>
#include <vector>

namespace oscope::test {

struct IncludeLine {
  int line = 0;
  std::string target;   ///< between the brackets or quotes
  bool quoted = false;  ///< "x" rather than <x>
};

struct SourceFile {
  std::string path;  ///< from the repository root, with slashes
  std::string text;
  std::vector<IncludeLine> includes;

  bool isUnder(const std::string& folder) const { return path.rfind(folder + "/", 0) == 0; }
};

/// All .h, .cpp and .cu files of analysis, quant, gpu and app, by path.
const std::vector<SourceFile>& productSources();

/// `text` with comments replaced by spaces (line structure kept); string literals stay.
std::string withoutComments(const std::string& text);

enum class Case { Ignored, Respected };
/// "path:line" of every match of the extended regular expression (with \b, \s) in `text`.
std::vector<std::string> placesOf(const std::string& pattern, const std::string& path, const std::string& text,
                                  Case letters = Case::Ignored);

}  // namespace oscope::test
