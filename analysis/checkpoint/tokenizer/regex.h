// Regular expressions of tokenizer.json, run by PCRE2.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace oscope::checkpoint {

/// A compiled expression in Oniguruma's Ruby syntax (regex_syntax.h). Matching is thread-safe.
class Regex {
 public:
  /// Throws Unsupported or Malformed, naming `where`.
  Regex(std::string_view pattern, std::string where);
  ~Regex();

  /// Calls visit(begin, end) for the matches from left to right until it returns false; returns false then. An empty
  /// match right behind a match is left out. `text` must be valid UTF-8.
  bool forEachMatch(std::string_view text, const std::function<bool(std::size_t begin, std::size_t end)>& visit) const;

 private:
  struct Code;
  std::unique_ptr<Code> m_code;
};

}  // namespace oscope::checkpoint
