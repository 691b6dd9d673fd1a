#include "analysis/checkpoint/tokenizer/decoders.h"

#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/byte_level.h"
#include "analysis/checkpoint/tokenizer/metaspace.h"
#include "analysis/checkpoint/tokenizer/pattern.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

using Tokens = std::vector<std::string>;

/// A hostile file must not make a text grow without bound.
void checkGrowth(std::size_t before, std::size_t after, const std::string& where) {
  constexpr std::size_t kGrowth = 32, kSlack = 64u << 10;
  if (after > before * kGrowth + kSlack) throw Error(ErrorCode::Malformed, where, "makes the text grow without bound");
}

std::size_t bytesIn(const Tokens& tokens) {
  std::size_t bytes = 0;
  for (const std::string& token : tokens) bytes += token.size();
  return bytes;
}

class Sequence : public Decoder {
 public:
  explicit Sequence(const Part& part) : m_where(part.where) {
    for (const Part& member : part.list("decoders")) m_members.push_back(readDecoder(member));
  }
  Tokens decode(Tokens tokens) const override {
    const std::size_t before = bytesIn(tokens);
    for (const auto& member : m_members) {
      tokens = member->decode(std::move(tokens));
      checkGrowth(before, bytesIn(tokens), m_where);
    }
    return tokens;
  }
  std::string show(std::string token) const override {
    const std::size_t before = token.size();
    for (const auto& member : m_members) {
      token = member->show(std::move(token));
      checkGrowth(before, token.size(), m_where);
    }
    return token;
  }

 private:
  std::string m_where;
  std::vector<std::unique_ptr<Decoder>> m_members;
};

class Replace : public Decoder {
 public:
  explicit Replace(const Part& part)
      : m_where(part.where), m_pattern(readPattern(part)), m_content(part.text("content")) {}
  Tokens decode(Tokens tokens) const override {
    for (std::string& token : tokens) token = show(std::move(token));
    return tokens;
  }
  std::string show(std::string token) const override {
    std::string result;
    std::size_t from = 0;
    m_pattern->forEachMatch(token, [&](std::size_t begin, std::size_t end) {
      result.append(token, from, begin - from).append(m_content);
      checkGrowth(token.size(), result.size(), m_where);
      from = end;
      return true;
    });
    return result.append(token, from);
  }

 private:
  std::string m_where;
  std::unique_ptr<Pattern> m_pattern;
  std::string m_content;
};

std::optional<char> byteOf(const std::string& token) {
  const auto digit = [&](std::size_t i) { return std::isxdigit(static_cast<unsigned char>(token[i])) != 0; };
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>' || !digit(3) || !digit(4)) return {};
  return static_cast<char>(std::stoi(token.substr(3, 2), nullptr, 16));
}

/// Runs of <0xE4><0xBD>... become the text that they are together, or one U+FFFD each.
class ByteFallback : public Decoder {
 public:
  Tokens decode(Tokens tokens) const override {
    Tokens result;
    std::string bytes;
    const auto flush = [&] {
      if (firstInvalidUtf8(bytes) == bytes.size()) {
        if (!bytes.empty()) result.push_back(bytes);
      } else {
        result.insert(result.end(), bytes.size(), "\uFFFD");
      }
      bytes.clear();
    };
    for (std::string& token : tokens) {
      if (const auto byte = byteOf(token)) {
        bytes.push_back(*byte);
      } else {
        flush();
        result.push_back(std::move(token));
      }
    }
    flush();
    return result;
  }
};

class Fuse : public Decoder {
 public:
  Tokens decode(Tokens tokens) const override {
    std::string all;
    for (const std::string& token : tokens) all += token;
    return {all};
  }
};

class Strip : public Decoder {
 public:
  explicit Strip(const Part& part) : m_start(checked(part, "start")), m_stop(checked(part, "stop")) {
    appendUtf8(m_content, part.character("content"));
  }
  Tokens decode(Tokens tokens) const override {
    for (std::string& token : tokens) {
      std::string_view rest = token;
      for (std::size_t i = 0; i < m_start && rest.starts_with(m_content); ++i) rest.remove_prefix(m_content.size());
      for (std::size_t i = 0; i < m_stop && rest.ends_with(m_content); ++i) rest.remove_suffix(m_content.size());
      token = std::string(rest);
    }
    return tokens;
  }

 private:
  static std::size_t checked(const Part& part, const char* key) {
    const std::int64_t value = part.integer(key);
    if (value < 0) throw Error(ErrorCode::Malformed, part.where, fmt::format("\"{}\" must not be negative", key));
    return static_cast<std::size_t>(value);
  }

  std::string m_content;
  std::size_t m_start, m_stop;
};

class ByteLevel : public Decoder {
 public:
  Tokens decode(Tokens tokens) const override {
    std::string bytes;
    for (const std::string& token : tokens) bytes += charactersToBytes(token).value_or(token);
    return {replaceInvalidUtf8(bytes)};
  }
  std::string show(std::string token) const override {
    const auto bytes = charactersToBytes(token);
    if (!bytes) return token;
    std::string result;
    std::string_view rest = *bytes;
    while (!rest.empty()) {
      const std::size_t valid = firstInvalidUtf8(rest);
      result += rest.substr(0, valid);
      if (valid == rest.size()) break;
      result += fmt::format("<0x{:02X}>", static_cast<unsigned char>(rest[valid]));
      rest.remove_prefix(valid + 1);
    }
    return result;
  }
};

class Metaspace : public Decoder {
 public:
  explicit Metaspace(const Part& part) : m_options(readMetaspace(part)), m_marks(makeLiteralPattern(m_options.mark)) {}
  Tokens decode(Tokens tokens) const override {
    const bool dropFirst = m_options.prepend != MetaspaceOptions::Prepend::Never;
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = withSpaces(tokens[i], i == 0 && dropFirst ? "" : " ");
    return tokens;
  }
  std::string show(std::string token) const override { return withSpaces(token, " "); }

 private:
  std::string withSpaces(const std::string& token, const char* space) const {
    std::string result;
    std::size_t from = 0;
    m_marks->forEachMatch(token, [&](std::size_t begin, std::size_t end) {
      result.append(token, from, begin - from).append(space);
      from = end;
      return true;
    });
    return result.append(token, from);
  }

  MetaspaceOptions m_options;
  std::unique_ptr<Pattern> m_marks;
};

template <typename T>
std::unique_ptr<Decoder> simple(const Part& part, std::initializer_list<std::string_view> keys = {}) {
  part.checkKeys(keys);
  return std::make_unique<T>();
}

template <typename T>
std::unique_ptr<Decoder> withParameters(const Part& part, std::initializer_list<std::string_view> keys) {
  part.checkKeys(keys);
  return std::make_unique<T>(part);
}

}  // namespace

std::unique_ptr<Decoder> readDecoder(const Part& part) {
  const std::string type = part.type();
  if (type == "Sequence") return withParameters<Sequence>(part, {"decoders"});
  if (type == "Replace") return withParameters<Replace>(part, {"pattern", "content"});
  if (type == "ByteFallback") return simple<ByteFallback>(part);
  if (type == "Fuse") return simple<Fuse>(part);
  if (type == "Strip") return withParameters<Strip>(part, {"content", "start", "stop"});
  if (type == "ByteLevel") return simple<ByteLevel>(part, {"add_prefix_space", "trim_offsets", "use_regex"});
  if (type == "Metaspace") return std::make_unique<Metaspace>(part);
  part.refuseType();
}

}  // namespace oscope::checkpoint
