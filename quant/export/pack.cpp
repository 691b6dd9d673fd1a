#include "quant/export/pack.h"

#include <cassert>

namespace oscope::quant {
namespace {

/// A run of codes in memory: `count` of them, `stride` elements apart.
struct Run {
  std::int64_t count, stride;
};

void packRun(const std::int8_t* codes, Run from, std::int32_t* words, std::int64_t wordStride, int bits) {
  const int perWord = 32 / bits;
  const std::uint32_t mask = (1u << bits) - 1u;
  const int offset = 1 << (bits - 1);
  for (std::int64_t first = 0; first < from.count; first += perWord) {
    std::uint32_t word = 0;
    for (int j = 0; j < perWord && first + j < from.count; ++j) {
      const auto stored = static_cast<std::uint32_t>(codes[(first + j) * from.stride] + offset) & mask;
      word |= stored << (bits * j);
    }
    words[first / perWord * wordStride] = static_cast<std::int32_t>(word);
  }
}

void unpackRun(const std::int32_t* words, std::int64_t wordStride, std::int8_t* codes, Run into, int bits) {
  const int perWord = 32 / bits;
  const std::uint32_t mask = (1u << bits) - 1u;
  const int offset = 1 << (bits - 1);
  for (std::int64_t i = 0; i < into.count; ++i) {
    const auto word = static_cast<std::uint32_t>(words[i / perWord * wordStride]);
    const auto stored = static_cast<int>((word >> (bits * (i % perWord))) & mask);
    codes[i * into.stride] = static_cast<std::int8_t>(stored - offset);
  }
}

}  // namespace

std::vector<std::int32_t> packAlongRows(std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t cols,
                                        int bits) {
  assert((bits == 4 || bits == 8) && static_cast<std::int64_t>(codes.size()) == rows * cols);
  const std::int64_t width = packedWords(cols, bits);
  std::vector<std::int32_t> words(static_cast<std::size_t>(rows * width));
  for (std::int64_t r = 0; r < rows; ++r)
    packRun(codes.data() + r * cols, {cols, 1}, words.data() + r * width, 1, bits);
  return words;
}

std::vector<std::int8_t> unpackAlongRows(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t cols,
                                         int bits) {
  const std::int64_t width = packedWords(cols, bits);
  assert((bits == 4 || bits == 8) && static_cast<std::int64_t>(words.size()) == rows * width);
  std::vector<std::int8_t> codes(static_cast<std::size_t>(rows * cols));
  for (std::int64_t r = 0; r < rows; ++r) {
    unpackRun(words.data() + r * width, 1, codes.data() + r * cols, {cols, 1}, bits);
  }
  return codes;
}

std::vector<std::int32_t> packAlongColumns(std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t cols,
                                           int bits) {
  assert((bits == 4 || bits == 8) && static_cast<std::int64_t>(codes.size()) == rows * cols);
  std::vector<std::int32_t> words(static_cast<std::size_t>(packedWords(rows, bits) * cols));
  for (std::int64_t c = 0; c < cols; ++c) packRun(codes.data() + c, {rows, cols}, words.data() + c, cols, bits);
  return words;
}

std::vector<std::int8_t> unpackAlongColumns(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t cols,
                                            int bits) {
  assert((bits == 4 || bits == 8) && static_cast<std::int64_t>(words.size()) == packedWords(rows, bits) * cols);
  std::vector<std::int8_t> codes(static_cast<std::size_t>(rows * cols));
  for (std::int64_t c = 0; c < cols; ++c) unpackRun(words.data() + c, cols, codes.data() + c, {rows, cols}, bits);
  return codes;
}

}  // namespace oscope::quant
