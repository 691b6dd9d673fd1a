#include "analysis/checkpoint/tokenizer/normalizers.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <cstdlib>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/byte_level.h"
#include "analysis/checkpoint/tokenizer/pattern.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

void checkSize(const NormalizedText& text, const std::string& where) {
  if (text.text.size() > text.maxBytes) {
    throw Error(ErrorCode::Malformed, where, fmt::format("makes the text grow beyond {} bytes", text.maxBytes));
  }
}

class Sequence : public Normalizer {
 public:
  explicit Sequence(const Part& part) : m_where(part.where) {
    for (const Part& member : part.list("normalizers")) m_members.push_back(readNormalizer(member));
  }
  void apply(NormalizedText& text) const override {
    for (const auto& member : m_members) {
      member->apply(text);
      checkSize(text, m_where);
    }
  }

 private:
  std::string m_where;
  std::vector<std::unique_ptr<Normalizer>> m_members;
};

class Prepend : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : m_prefix(std::move(prefix)) {}
  void apply(NormalizedText& text) const override {
    if (!text.text.empty()) text.text.insert(0, m_prefix);
  }

 private:
  std::string m_prefix;
};

class Replace : public Normalizer {
 public:
  explicit Replace(const Part& part)
      : m_where(part.where), m_pattern(readPattern(part)), m_content(part.text("content")) {}
  void apply(NormalizedText& text) const override {
    NormalizedText result = text;
    result.text.clear();
    result.text.reserve(text.text.size());
    std::size_t from = 0;
    m_pattern->forEachMatch(text.text, [&](std::size_t begin, std::size_t end) {
      if (begin == 0 && m_content.empty()) result.atStart = false;
      result.text.append(text.text, from, begin - from).append(m_content);
      checkSize(result, m_where);
      from = end;
      return true;
    });
    result.text.append(text.text, from);
    text = std::move(result);
  }

 private:
  std::string m_where;
  std::unique_ptr<Pattern> m_pattern;
  std::string m_content;
};

/// NFC, NFD, NFKC, NFKD by utf8proc.
class UnicodeForm : public Normalizer {
 public:
  explicit UnicodeForm(int options) : m_options(static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE)) {}

  /// An ASCII character never joins what stands before it, so the text falls into runs that each begin with one.
  void apply(NormalizedText& text) const override {
    const std::string& in = text.text;
    std::string out;
    out.reserve(in.size());
    const auto ascii = [&](std::size_t i) { return static_cast<unsigned char>(in[i]) < 0x80; };
    for (std::size_t at = 0; at < in.size();) {
      std::size_t end = at + 1;
      if (ascii(at) && (end == in.size() || ascii(end))) {
        out.push_back(in[at]);
      } else {
        while (end < in.size() && !ascii(end)) ++end;
        appendForm(out, std::string_view(in).substr(at, end - at));
      }
      at = end;
    }
    text.text = std::move(out);
  }

 private:
  void appendForm(std::string& out, std::string_view run) const {
    utf8proc_uint8_t* result = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(run.data()),
                                     static_cast<utf8proc_ssize_t>(run.size()), &result, m_options);
    if (length < 0) throw Error(ErrorCode::OutOfMemory, "", utf8proc_errmsg(length));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
    out.append(reinterpret_cast<const char*>(result), static_cast<std::size_t>(length));
  }

  utf8proc_option_t m_options;
};

class Lowercase : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    std::string out;
    out.reserve(text.text.size());
    for (std::size_t at = 0; at < text.text.size();) {
      const char32_t c = nextCodePoint(text.text, at);
      appendUtf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
      // The one character whose lower case is two (SpecialCasing.txt, without conditions).
      if (c == U'\u0130') appendUtf8(out, U'\u0307');
    }
    text.text = std::move(out);
  }
};

class Strip : public Normalizer {
 public:
  Strip(bool left, bool right) : m_left(left), m_right(right) {}
  void apply(NormalizedText& text) const override {
    const std::string& in = text.text;
    std::size_t begin = 0, end = in.size();
    for (std::size_t next = begin; m_left && next < end && isWhitespace(nextCodePoint(in, next));) begin = next;
    for (std::size_t next = end; m_right && next > begin && isWhitespace(previousCodePoint(in, next));) end = next;
    if (begin > 0) text.atStart = false;
    text.text = in.substr(begin, end - begin);
  }

 private:
  bool m_left, m_right;
};

class StripAccents : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    std::string out;
    for (std::size_t at = 0; at < text.text.size();) {
      if (const char32_t c = nextCodePoint(text.text, at); !isMark(c)) appendUtf8(out, c);
    }
    text.text = std::move(out);
  }
};

class ByteLevel : public Normalizer {
 public:
  void apply(NormalizedText& text) const override { text.text = bytesToCharacters(text.text); }
};

/// One without parameters of its own in the file.
template <typename T, typename... Arguments>
std::unique_ptr<Normalizer> simple(const Part& part, Arguments... arguments) {
  part.checkKeys({});
  return std::make_unique<T>(arguments...);
}

}  // namespace

NormalizedText::NormalizedText(std::string value, bool start) : text(std::move(value)), atStart(start) {
  constexpr std::size_t kGrowth = 32, kSlack = 64u << 10;
  maxBytes = text.size() * kGrowth + kSlack;
}

std::unique_ptr<Normalizer> readNormalizer(const Part& part) {
  const std::string type = part.type();
  if (type == "Sequence") {
    part.checkKeys({"normalizers"});
    return std::make_unique<Sequence>(part);
  }
  if (type == "Prepend") {
    part.checkKeys({"prepend"});
    return std::make_unique<Prepend>(part.text("prepend"));
  }
  if (type == "Replace") {
    part.checkKeys({"pattern", "content"});
    return std::make_unique<Replace>(part);
  }
  if (type == "Strip") {
    part.checkKeys({"strip_left", "strip_right"});
    return std::make_unique<Strip>(part.flag("strip_left", true), part.flag("strip_right", true));
  }
  if (type == "NFC") return simple<UnicodeForm>(part, UTF8PROC_COMPOSE);
  if (type == "NFD") return simple<UnicodeForm>(part, UTF8PROC_DECOMPOSE);
  if (type == "NFKC") return simple<UnicodeForm>(part, UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  if (type == "NFKD") return simple<UnicodeForm>(part, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  if (type == "Lowercase") return simple<Lowercase>(part);
  if (type == "StripAccents") return simple<StripAccents>(part);
  if (type == "ByteLevel") return simple<ByteLevel>(part);
  part.refuseType();
}

}  // namespace oscope::checkpoint
