#include "analysis/checkpoint/tokenizer/byte_level.h"

#include <array>

#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

constexpr std::size_t kCharacterLimit = 256 + 68;  // 188 bytes stand for themselves, the others follow from U+0100 on

struct Tables {
  std::array<char32_t, 256> character{};
  std::array<int, kCharacterLimit> byte{};
};

constexpr Tables makeTables() {
  Tables tables;
  for (int& byte : tables.byte) byte = -1;
  char32_t next = 256;
  for (unsigned b = 0; b < 256; ++b) {
    const bool itself = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    tables.character[b] = itself ? b : next++;
    tables.byte[tables.character[b]] = static_cast<int>(b);
  }
  return tables;
}

constexpr Tables kTables = makeTables();

}  // namespace

std::string bytesToCharacters(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 4);
  for (const char byte : bytes) appendUtf8(text, kTables.character[static_cast<unsigned char>(byte)]);
  return text;
}

std::optional<std::string> charactersToBytes(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = nextCodePoint(text, at);
    if (c >= kCharacterLimit || kTables.byte[c] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(kTables.byte[c]));
  }
  return bytes;
}

}  // namespace oscope::checkpoint
