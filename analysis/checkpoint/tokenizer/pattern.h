// What normalizers, pre-tokenizers and decoders look for in a text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

/// Finds matches that don't overlap. Thread-safe.
class Pattern {
 public:
  virtual ~Pattern() = default;
  using Visit = std::function<bool(std::size_t begin, std::size_t end)>;
  /// Calls visit for each match from left to right until it returns false; returns false then.
  virtual bool forEachMatch(std::string_view text, const Visit& visit) const = 0;
};

/// The occurrences of `text`, which must not be empty.
std::unique_ptr<Pattern> makeLiteralPattern(std::string text);
/// Each single character for which `matches` is true.
std::unique_ptr<Pattern> makeCharacterPattern(std::function<bool(char32_t)> matches);
std::unique_ptr<Pattern> makeRegexPattern(const std::string& expression, const std::string& where);
/// The "pattern" of `part`: {"String": "..."} or {"Regex": "..."}.
std::unique_ptr<Pattern> readPattern(const Part& part);

}  // namespace oscope::checkpoint
