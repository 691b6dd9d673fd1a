#include "analysis/checkpoint/tokenizer/regex_syntax.h"

#include <fmt/format.h>

#include <cctype>
#include <map>
#include <optional>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/unicode_property.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

// Oniguruma's sets, as members of a PCRE2 class. Its word characters also hold the superscripts and fractions of
// Latin-1, but no other number of category No.
constexpr const char* kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";
constexpr const char* kHexDigit = "0-9A-Fa-f";

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where,
             const std::function<bool(const std::string&)>& isScript)
      : m_pattern(pattern), m_where(where), m_isScript(isScript) {}

  std::string run() {
    while (!atEnd()) step();
    return std::move(m_out);
  }

 private:
  [[noreturn]] void refuse(std::string_view part) const {
    throw Error(ErrorCode::Unsupported, m_where,
                fmt::format("the regular expression \"{}\" holds {} at byte {}, which this program doesn't know",
                            m_pattern, part, m_at));
  }
  bool atEnd() const { return m_at >= m_pattern.size(); }
  char peek(std::size_t ahead = 0) const { return m_at + ahead < m_pattern.size() ? m_pattern[m_at + ahead] : '\0'; }
  bool take(std::string_view text) {
    if (m_pattern.substr(m_at, text.size()) != text) return false;
    m_at += text.size();
    return true;
  }
  char32_t takeCodePoint() { return nextCodePoint(m_pattern, m_at); }

  static void appendLiteral(std::string& out, char32_t c) {
    const bool plain = c >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain) {
      appendUtf8(out, c);
    } else {
      out += fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(c));
    }
  }
  void atom(const std::string& text) {
    m_atom = m_out.size();
    m_out += text;
  }

  void step() {
    switch (const char c = peek()) {
      case '\\':
        return escape();
      case '[':
        ++m_at;
        return atom(characterClass());
      case '(':
        return openGroup();
      case ')':
        ++m_at;
        m_out += ')';
        if (m_groups.empty()) refuse("an unmatched )");
        m_atom = m_groups.back();
        m_groups.pop_back();
        return;
      case '|':
        ++m_at;
        m_out += '|';
        m_atom.reset();
        return;
      case '^':
      case '$':
        ++m_at;
        m_out += c;
        m_atom.reset();
        return;
      case '.':
        ++m_at;
        return atom(".");
      case '*':
      case '+':
      case '?':
        ++m_at;
        return simpleQuantifier(c);
      case '{':
        if (interval()) return;
        [[fallthrough]];
      default: {
        std::string literal;
        appendLiteral(literal, takeCodePoint());
        atom(literal);
      }
    }
  }

  void requireNoFurtherQuantifier() const {
    if (const char c = peek(); c == '*' || c == '+' || c == '?') refuse("a quantifier of a quantifier");
  }

  void simpleQuantifier(char quantifier) {
    if (!m_atom) refuse("a quantifier with nothing before it");
    m_out += quantifier;
    if (peek() == '?' || peek() == '+') m_out += m_pattern[m_at++];
    requireNoFurtherQuantifier();
    m_atom.reset();
  }

  /// {n}, {n,}, {n,m}, {,m}; anything else is a literal brace.
  bool interval() {
    std::size_t at = m_at + 1;
    const auto number = [&] {
      const std::size_t begin = at;
      while (at < m_pattern.size() && std::isdigit(static_cast<unsigned char>(m_pattern[at])) != 0) ++at;
      return std::string(m_pattern.substr(begin, at - begin));
    };
    std::string low = number(), high = low;
    const bool range = at < m_pattern.size() && m_pattern[at] == ',';
    if (range) {
      ++at;
      high = number();
    }
    if (at >= m_pattern.size() || m_pattern[at] != '}' || (low.empty() && high.empty())) return false;
    if (!m_atom) refuse("a quantifier with nothing before it");
    if (low.empty()) low.assign(1, '0');
    if (range && !high.empty() && std::stod(low) > std::stod(high)) refuse("an interval that runs backwards");
    m_at = at + 1;
    m_out += range ? fmt::format("{{{},{}}}", low, high) : fmt::format("{{{}}}", low);
    // In Ruby's syntax only * + ? have possessive forms, and {n}? is an optional repetition.
    if (peek() == '+' || (peek() == '?' && !range)) {
      m_out.insert(*m_atom, "(?:");
      m_out += ')';
      m_out += m_pattern[m_at++];
    } else if (take("?")) {
      m_out += '?';
    }
    requireNoFurtherQuantifier();
    m_atom.reset();
    return true;
  }

  void openGroup() {
    const std::size_t start = m_out.size();
    for (const std::string_view opening : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"}) {
      if (take(opening)) return pushGroup(start, std::string(opening));
    }
    if (peek(1) == '*') refuse("a callout (*");
    if (peek(1) != '?') {
      ++m_at;
      return pushGroup(start, "(");
    }
    const bool first = m_at == 0;
    m_at += 2;
    std::string flags;
    for (; peek() == 'i' || peek() == 'm' || peek() == '-'; ++m_at) flags += peek() == 'm' ? 's' : peek();
    if (take(":")) return pushGroup(start, fmt::format("(?{}:", flags));
    // Elsewhere Ruby's syntax lets a bare option also group the alternatives behind it.
    if (!take(")") || !first) refuse("a group of an unknown kind");
    m_out += fmt::format("(?{})", flags);
  }

  void pushGroup(std::size_t start, const std::string& opening) {
    m_groups.push_back(start);
    m_out += opening;
    m_atom.reset();
  }

  void escape() {
    if (const auto set = setEscape(false)) return atom(*set);
    switch (peek(1)) {
      case 'A':
      case 'z':
      case 'Z':
        m_out += {'\\', peek(1)};
        m_at += 2;
        m_atom.reset();
        return;
      case 'b':
      case 'B': {
        const std::string word = fmt::format("[{}]", kWord);
        m_out += peek(1) == 'b' ? fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word)
                                : fmt::format("(?:(?<={0})(?={0})|(?<!{0})(?!{0}))", word);
        m_at += 2;
        m_atom.reset();
        return;
      }
      default: {
        std::string literal;
        appendLiteral(literal, characterEscape());
        atom(literal);
      }
    }
  }

  /// \s, \d, \w, \h, \p{..} and their opposites; nothing is taken where another escape stands.
  std::optional<std::string> setEscape(bool inClass) {
    const char c = peek(1);
    if (c == 'p' || c == 'P') return property();
    std::string set;
    switch (c) {
      case 's':
        set = R"(\p{White_Space})";
        break;
      case 'S':
        set = R"(\P{White_Space})";
        break;
      case 'd':
        set = R"(\p{Nd})";
        break;
      case 'D':
        set = R"(\P{Nd})";
        break;
      case 'w':
        set = inClass ? kWord : fmt::format("[{}]", kWord);
        break;
      case 'h':
        set = inClass ? kHexDigit : fmt::format("[{}]", kHexDigit);
        break;
      case 'W':
      case 'H':
        if (inClass) refuse("\\W or \\H in a class");
        set = fmt::format("[^{}]", c == 'W' ? kWord : kHexDigit);
        break;
      default:
        return std::nullopt;
    }
    m_at += 2;
    return set;
  }

  std::string property() {
    bool negated = peek(1) == 'P';
    const std::size_t close = m_pattern.find('}', m_at);
    if (peek(2) != '{' || close == std::string_view::npos) refuse("\\p without {name}");
    std::string_view name = m_pattern.substr(m_at + 3, close - m_at - 3);
    if (!name.empty() && name.front() == '^') {
      negated = !negated;
      name.remove_prefix(1);
    }
    std::string key;
    for (const char c : name) {
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-' && c != ' ') {
        refuse("a property name with a strange character");
      }
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) key += static_cast<char>(std::tolower(c));
    }
    std::string known = propertyName(key);
    // PCRE2's \p{Han} would be script extensions, Oniguruma's is the script alone.
    if (known.empty() && m_isScript(key)) known = fmt::format("sc:{}", key);
    if (known.empty()) refuse(fmt::format("the property \"{}\"", name));
    m_at = close + 1;
    return fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', known);
  }

  /// One character written with a backslash, outside and inside of classes.
  char32_t characterEscape() {
    ++m_at;
    if (atEnd()) refuse("a trailing backslash");
    if (static_cast<unsigned char>(peek()) >= 0x80) return takeCodePoint();
    switch (const char c = m_pattern[m_at++]) {
      case 'n':
        return U'\n';
      case 'r':
        return U'\r';
      case 't':
        return U'\t';
      case 'f':
        return U'\f';
      case 'v':
        return U'\v';
      case 'a':
        return U'\a';
      case 'e':
        return U'\x1b';
      case 'u':
        return hexadecimal(4, 4, 0xFFFF);
      case 'x': {
        if (!take("{")) return hexadecimal(1, 2, 0x7F);  // above it a single byte of a sequence is meant
        const char32_t value = hexadecimal(1, 8, 0x10FFFF);
        if (!take("}")) refuse("\\x{ without }");
        return value;
      }
      default:
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
          --m_at;
          refuse(fmt::format("the escape \\{}", c));
        }
        return static_cast<char32_t>(c);
    }
  }

  char32_t hexadecimal(int least, int most, char32_t limit) {
    std::uint64_t value = 0;
    int digits = 0;
    for (; digits < most && std::isxdigit(static_cast<unsigned char>(peek())) != 0; ++digits, ++m_at) {
      value = value * 16 + std::stoul(std::string(1, peek()), nullptr, 16);
    }
    if (digits < least || value > limit || (value >= 0xD800 && value <= 0xDFFF)) refuse("a bad character number");
    return static_cast<char32_t>(value);
  }

  /// The class behind a '[', with its brackets.
  std::string characterClass() {
    const bool negated = take("^");
    const std::string members = classMembers(0);
    return fmt::format("[{}{}]", negated ? "^" : "", members);
  }

  std::string classMembers(int depth) {
    constexpr int kMaxDepth = 16;
    if (depth > kMaxDepth) refuse("classes nested too deeply");
    if (peek() == ']') refuse("a class that begins with ]");
    std::string members;
    while (!take("]")) {
      if (atEnd()) refuse("a class without its end");
      if (m_pattern.substr(m_at, 2) == "&&") refuse("an intersection of classes (&&)");
      if (take("[")) {
        members += nestedClass(depth);
      } else if (const auto set = peek() == '\\' ? setEscape(true) : std::nullopt) {
        members += *set;
      } else {
        members += memberOrRange();
        continue;
      }
      if (peek() == '-' && peek(1) != ']') refuse("a range that begins with a set");
    }
    return members;
  }

  std::string nestedClass(int depth) {
    static const std::map<std::string_view, std::string> kPosix{
        {":alpha:]", R"(\p{Alphabetic})"}, {":digit:]", R"(\p{Nd})"},        {":space:]", R"(\p{White_Space})"},
        {":upper:]", R"(\p{Uppercase})"},  {":lower:]", R"(\p{Lowercase})"}, {":punct:]", R"(\p{P}\p{S})"}};
    for (const auto& [name, members] : kPosix) {
      if (take(name)) return members;
    }
    if (peek() == ':') refuse("a POSIX class of an unknown name");
    if (peek() == '^') refuse("a negated class within a class");
    return classMembers(depth + 1);
  }

  std::string memberOrRange() {
    std::string out;
    const char32_t first = classCharacter();
    appendLiteral(out, first);
    if (peek() != '-' || peek(1) == ']' || m_at + 1 >= m_pattern.size()) return out;
    ++m_at;
    if (peek() == '[' || (peek() == '\\' && setEscape(true))) refuse("a range that ends with a set");
    const char32_t last = classCharacter();
    if (last < first) refuse("a range that runs backwards");
    out += '-';
    appendLiteral(out, last);
    return out;
  }

  char32_t classCharacter() {
    if (peek() != '\\') return takeCodePoint();
    if (peek(1) == 'b') return m_at += 2, U'\b';
    return characterEscape();
  }

  std::string_view m_pattern;
  const std::string& m_where;
  const std::function<bool(const std::string&)>& m_isScript;
  std::size_t m_at = 0;
  std::string m_out;
  std::optional<std::size_t> m_atom;  ///< where in m_out the thing begins that a quantifier would repeat
  std::vector<std::size_t> m_groups;  ///< beginnings in m_out of the open groups
};

}  // namespace

std::string translateRegex(std::string_view pattern, const std::string& where,
                           const std::function<bool(const std::string&)>& isScript) {
  return Translator(pattern, where, isScript).run();
}

}  // namespace oscope::checkpoint
