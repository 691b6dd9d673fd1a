// Integer codes of 1 to 8 bits inside little-endian int32 words, as compressed-tensors packs them (formats.md
// section 2.3): stored = code + 2^(bits-1), lowest bits first, 32 / bits codes a word, unused places zero.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace oscope::quant {

/// Words that hold `count` codes of 4 or 8 bits.
constexpr std::int64_t packedWords(std::int64_t count, int bits) {
  return (count * bits + 31) / 32;
}

/// codes [rows, cols] in [-2^(bits-1), 2^(bits-1) - 1] to words [rows, packedWords(cols)]: weights. bits: 4 or 8.
std::vector<std::int32_t> packAlongRows(std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t cols,
                                        int bits);
std::vector<std::int8_t> unpackAlongRows(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t cols,
                                         int bits);

/// codes [rows, cols] to words [packedWords(rows), cols]: zero points.
std::vector<std::int32_t> packAlongColumns(std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t cols,
                                           int bits);
std::vector<std::int8_t> unpackAlongColumns(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t cols,
                                            int bits);

}  // namespace oscope::quant
