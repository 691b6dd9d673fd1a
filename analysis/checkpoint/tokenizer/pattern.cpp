#include "analysis/checkpoint/tokenizer/pattern.h"

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/regex.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

class LiteralPattern : public Pattern {
 public:
  explicit LiteralPattern(std::string text) : m_text(std::move(text)) {}
  bool forEachMatch(std::string_view text, const Visit& visit) const override {
    for (std::size_t at = 0; (at = text.find(m_text, at)) != std::string_view::npos; at += m_text.size()) {
      if (!visit(at, at + m_text.size())) return false;
    }
    return true;
  }

 private:
  std::string m_text;
};

class CharacterPattern : public Pattern {
 public:
  explicit CharacterPattern(std::function<bool(char32_t)> matches) : m_matches(std::move(matches)) {}
  bool forEachMatch(std::string_view text, const Visit& visit) const override {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      if (m_matches(nextCodePoint(text, at)) && !visit(begin, at)) return false;
    }
    return true;
  }

 private:
  std::function<bool(char32_t)> m_matches;
};

class RegexPattern : public Pattern {
 public:
  RegexPattern(const std::string& expression, const std::string& where) : m_regex(expression, where) {}
  bool forEachMatch(std::string_view text, const Visit& visit) const override {
    return m_regex.forEachMatch(text, visit);
  }

 private:
  Regex m_regex;
};

}  // namespace

std::unique_ptr<Pattern> makeLiteralPattern(std::string text) {
  return std::make_unique<LiteralPattern>(std::move(text));
}

std::unique_ptr<Pattern> makeCharacterPattern(std::function<bool(char32_t)> matches) {
  return std::make_unique<CharacterPattern>(std::move(matches));
}

std::unique_ptr<Pattern> makeRegexPattern(const std::string& expression, const std::string& where) {
  return std::make_unique<RegexPattern>(expression, where);
}

std::unique_ptr<Pattern> readPattern(const Part& part) {
  const auto found = part.json.find("pattern");
  if (found == part.json.end() || !found->is_object() || found->size() != 1) {
    throw Error(ErrorCode::Malformed, part.where, "\"pattern\" must be {\"String\": ...} or {\"Regex\": ...}");
  }
  const Part pattern{*found, part.where + ".pattern"};
  if (found->contains("Regex")) return makeRegexPattern(pattern.text("Regex"), pattern.where);
  if (!found->contains("String")) pattern.refuse("the pattern \"" + found->begin().key() + "\"");
  std::string text = pattern.text("String");
  if (text.empty()) throw Error(ErrorCode::Malformed, pattern.where, "the pattern is empty");
  return makeLiteralPattern(std::move(text));
}

}  // namespace oscope::checkpoint
