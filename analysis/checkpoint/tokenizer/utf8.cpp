#include "analysis/checkpoint/tokenizer/utf8.h"

#include <utf8proc.h>

namespace oscope::checkpoint {
namespace {

utf8proc_category_t category(char32_t codePoint) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(codePoint));
}

/// Length of the valid sequence at `bytes[position]`; where it is broken, 0 and the length of its longest beginning.
std::size_t sequenceLength(std::string_view bytes, std::size_t position, std::size_t& broken) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[position + i]); };
  const std::size_t left = bytes.size() - position;
  const unsigned lead = at(0);
  broken = 1;
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range keeps out overlong forms, surrogates and what lies past U+10FFFF.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= left || at(i) < (i == 1 ? low : 0x80u) || at(i) > (i == 1 ? high : 0xBFu)) return 0;
    ++broken;
  }
  return length;
}

}  // namespace

char32_t nextCodePoint(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const char32_t lead = byte(position);
  if (lead < 0x80) return ++position, lead;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t result = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) result = (result << 6) | (byte(position + i) & 0x3Fu);
  position += length;
  return result;
}

char32_t previousCodePoint(std::string_view text, std::size_t& position) {
  do --position;
  while ((static_cast<unsigned char>(text[position]) & 0xC0u) == 0x80u);
  std::size_t next = position;
  return nextCodePoint(text, next);
}

void appendUtf8(std::string& text, char32_t codePoint) {
  if (codePoint < 0x80) {
    text.push_back(static_cast<char>(codePoint));
    return;
  }
  const int tail = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
  constexpr unsigned kLead[] = {0, 0xC0, 0xE0, 0xF0};
  text.push_back(static_cast<char>(kLead[tail] | (codePoint >> (6 * tail))));
  for (int i = tail - 1; i >= 0; --i) text.push_back(static_cast<char>(0x80u | ((codePoint >> (6 * i)) & 0x3Fu)));
}

std::size_t firstInvalidUtf8(std::string_view text) {
  std::size_t position = 0, broken = 0;
  while (position < text.size()) {
    const std::size_t length = sequenceLength(text, position, broken);
    if (length == 0) return position;
    position += length;
  }
  return position;
}

std::string replaceInvalidUtf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  std::size_t position = 0, broken = 0;
  while (position < bytes.size()) {
    const std::size_t length = sequenceLength(bytes, position, broken);
    if (length != 0) {
      result.append(bytes.substr(position, length));
    } else {
      appendUtf8(result, U'\uFFFD');
    }
    position += length != 0 ? length : broken;
  }
  return result;
}

bool isWhitespace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool isNumeric(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_NO;
}

bool isPunctuation(char32_t c) {
  if (c < 0x80) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
  }
  const auto kind = category(c);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool isWordCharacter(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  if (c == 0x200C || c == 0x200D) return true;                                      // Join_Control
  if ((c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149)) return true;  // Other_Alphabetic among symbols
  if ((c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189)) return true;
  const auto kind = category(c);
  return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_ME) || kind == UTF8PROC_CATEGORY_ND ||
         kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_PC;
}

bool isMark(char32_t c) {
  if (c < 0x80) return false;
  const auto kind = category(c);
  return kind >= UTF8PROC_CATEGORY_MN && kind <= UTF8PROC_CATEGORY_ME;
}

}  // namespace oscope::checkpoint
