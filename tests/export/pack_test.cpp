#include "quant/export/pack.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <random>

namespace oscope::quant {
namespace {

std::vector<std::int8_t> codesFromTo(int first, int last) {
  std::vector<std::int8_t> codes(static_cast<std::size_t>(last - first + 1));
  std::iota(codes.begin(), codes.end(), static_cast<std::int8_t>(first));
  return codes;
}

std::int32_t word(std::uint32_t bits) {
  return static_cast<std::int32_t>(bits);
}

// The vectors of formats.md section 2.3, which were checked against compressed-tensors' own helper.
TEST(Pack, Int4VectorsInWordsAndBytes) {
  const std::vector<std::int32_t> words = packAlongRows(codesFromTo(-8, 7), 1, 16, 4);
  EXPECT_EQ(words, (std::vector<std::int32_t>{word(0x76543210), word(0xfedcba98)}));
  const unsigned char bytes[8] = {0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe};
  EXPECT_EQ(std::memcmp(words.data(), bytes, sizeof bytes), 0);
}

TEST(Pack, Int8Vector) {
  const std::vector<std::int8_t> codes{-128, -1, 0, 127};
  const std::vector<std::int32_t> words = packAlongRows(codes, 1, 4, 8);
  EXPECT_EQ(words, (std::vector<std::int32_t>{word(0xff807f00)}));
  const unsigned char bytes[4] = {0x00, 0x7f, 0x80, 0xff};
  EXPECT_EQ(std::memcmp(words.data(), bytes, sizeof bytes), 0);
}

TEST(Pack, ZeroPointsGoAlongTheOutputChannels) {
  EXPECT_EQ(packAlongColumns(codesFromTo(-8, 7), 16, 1, 4),
            (std::vector<std::int32_t>{word(0x76543210), word(0xfedcba98)}));
}

TEST(Pack, PlacesBehindTheLastColumnAreZero) {
  // 5 codes of value 0 are stored as 8; the three places behind them hold 0, not 8.
  EXPECT_EQ(packAlongRows(std::vector<std::int8_t>(5, 0), 1, 5, 4), (std::vector<std::int32_t>{word(0x00088888)}));
}

TEST(Pack, RoundTripsForWidthsThatFillNoWord) {
  std::mt19937 random(7);
  const std::int64_t shapes[][2] = {{1, 8}, {4, 64}, {3, 40}, {2, 20}, {5, 33}, {7, 172}, {17, 3}};
  for (const int bits : {4, 8}) {
    std::uniform_int_distribution<int> code(-(1 << (bits - 1)), (1 << (bits - 1)) - 1);
    for (const auto& [rows, cols] : shapes) {
      std::vector<std::int8_t> codes(static_cast<std::size_t>(rows * cols));
      for (std::int8_t& c : codes) c = static_cast<std::int8_t>(code(random));
      EXPECT_EQ(unpackAlongRows(packAlongRows(codes, rows, cols, bits), rows, cols, bits), codes);
      EXPECT_EQ(unpackAlongColumns(packAlongColumns(codes, rows, cols, bits), rows, cols, bits), codes);
    }
  }
}

}  // namespace
}  // namespace oscope::quant
