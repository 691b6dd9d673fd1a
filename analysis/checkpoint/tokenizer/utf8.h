// UTF-8 text as code points, and the character classes that tokenizers ask for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oscope::checkpoint {

/// The code point that begins at `text[position]`, which is moved past it. `text` must be valid UTF-8.
char32_t nextCodePoint(std::string_view text, std::size_t& position);
/// The code point that ends before `position`, which is moved to its beginning. `text` must be valid UTF-8.
char32_t previousCodePoint(std::string_view text, std::size_t& position);
void appendUtf8(std::string& text, char32_t codePoint);

/// The offset of the first byte that doesn't belong to valid UTF-8; text.size() where all is valid.
std::size_t firstInvalidUtf8(std::string_view text);
/// Valid text out of any bytes: each longest beginning of a broken sequence becomes one U+FFFD (Unicode 3.9, D93b).
std::string replaceInvalidUtf8(std::string_view bytes);

/// Unicode property White_Space.
bool isWhitespace(char32_t codePoint);
/// Categories Nd, Nl and No.
bool isNumeric(char32_t codePoint);
/// ASCII punctuation and symbols, and the categories P*.
bool isPunctuation(char32_t codePoint);
/// Word characters of regular expressions (UTS 18): letters, marks, decimal digits, connectors, join controls.
bool isWordCharacter(char32_t codePoint);
/// Categories Mn, Mc and Me.
bool isMark(char32_t codePoint);

}  // namespace oscope::checkpoint
