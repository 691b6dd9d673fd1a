// Layouts of the integer-true product.
#include "gpu/kernels/int_gemm_math.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace oscope::gpu {
namespace {

TEST(IntGemmMath, EveryCodeHasOnePlaceInThePackedWeight) {
  for (const int bits : {4, 8}) {
    for (const std::int64_t group : {8, 32, 43, 64, 128, 172}) {
      const IntShape s = intShapeOf(19, group * 3, group, bits);
      std::set<std::pair<std::int64_t, std::int64_t>> seen;
      std::int64_t padding = 0;
      for (std::int64_t word = 0; word < weightWords(s); ++word) {
        const WordPlace place = placeOfWord(s, word);
        for (int i = 0; i < (s.int4 ? 8 : 4); ++i) {
          const std::int64_t k = sourceK(s, place.firstK + i);
          ASSERT_LT(place.out, s.paddedOut);
          ASSERT_LT(k, s.in);
          if (k < 0 || place.out >= s.out) {
            ++padding;
          } else {
            ASSERT_TRUE(seen.emplace(place.out, k).second);
          }
        }
      }
      EXPECT_EQ(static_cast<std::int64_t>(seen.size()), s.out * s.in);
      EXPECT_EQ(padding + s.out * s.in, s.paddedOut * s.chunks * kChunkK);
    }
  }
}

// PTX gives b0 of lane l the k 4 t + i and b1 the k 16 + 4 t + i; the same exchange of k is made for x, whose lanes
// read 8 bytes at 8 t. So every k of a step is met once, at the same place in both.
TEST(IntGemmMath, LanesReadTheSameKOfWeightsAndCodes) {
  const IntShape s = intShapeOf(8, 128, 128, 4);
  for (int lane = 0; lane < 32; ++lane) {
    for (int step = 0; step < kChunkSteps; ++step) {
      const WordPlace place = placeOfWord(s, lane * 4 + step);
      EXPECT_EQ(place.out, lane / 4);
      EXPECT_EQ(place.firstK, step * kStepK + lane % 4 * 8);
      const IntShape wide = intShapeOf(8, 128, 128, 8);
      for (int half = 0; half < 2; ++half) {
        const WordPlace single = placeOfWord(wide, (step / 2 * 32 + lane) * 4 + step % 2 * 2 + half);
        EXPECT_EQ(single.out, lane / 4);
        EXPECT_EQ(single.firstK, step * kStepK + lane % 4 * 8 + half * 4);
      }
    }
  }
}

TEST(IntGemmMath, NibblesBecomeTheWordThatHoldsTheirCodes) {
  for (const std::uint32_t nibbles : {0x76543210u, 0xFEDCBA98u, 0x80000001u, 0x08F01A70u}) {
    for (int i = 0; i < 8; ++i) {
      const auto code = static_cast<std::int32_t>(nibbles >> (4 * i) & 0xFu);
      EXPECT_EQ(codeOfWord(wordOfNibbles(nibbles), true, i), code < 8 ? code : code - 16);
    }
  }
}

TEST(IntGemmMath, NibblesComeApartAsSixteenTimesTheirCodes) {
  for (int low = -8; low < 8; ++low) {
    for (int high = -8; high < 8; ++high) {
      const std::uint32_t word = (static_cast<std::uint32_t>(low) & 0xFu) | (static_cast<std::uint32_t>(high) & 0xFu)
                                                                                << 4;
      EXPECT_EQ(static_cast<std::int8_t>(lowCodes(word)), 16 * low);
      EXPECT_EQ(static_cast<std::int8_t>(highCodes(word)), 16 * high);
    }
  }
}

TEST(IntGemmMath, StagesAreBijectiveAndReadWithoutBankConflicts) {
  std::set<int> pieces;
  for (int row = 0; row < 128; ++row) {
    for (int piece = 0; piece < 8; ++piece) {
      const int at = stagePiece(row, piece);
      EXPECT_EQ(at % 16, 0);
      EXPECT_TRUE(pieces.insert(at).second);
      // A piece holds the bytes that are read from it.
      EXPECT_EQ(stageByte(row, piece / 2, piece % 2 * 2), at);
      EXPECT_EQ(stageByte(row, piece / 2, piece % 2 * 2 + 1), at + 8);
    }
  }
  EXPECT_EQ(*pieces.rbegin(), 128 * kChunkK - 16);
  // 8-byte loads go out for 16 lanes at a time: four rows, four t. 32 banks of 4 bytes, each met once.
  for (int step = 0; step < kChunkSteps; ++step) {
    for (int firstRow = 0; firstRow < 16; firstRow += 4) {
      std::set<int> banks;
      for (int lane = 0; lane < 16; ++lane) {
        const int at = stageByte(firstRow + lane / 4, step, lane % 4);
        banks.insert(at / 4 % 32);
        banks.insert((at / 4 + 1) % 32);
      }
      EXPECT_EQ(banks.size(), 32u);
    }
  }
}

TEST(IntGemmMath, BlocksCoverEveryTileOnce) {
  for (const auto& [rows, cols] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 5}, {8, 3}, {13, 7}, {32, 64}}) {
    std::set<std::pair<std::int64_t, std::int64_t>> seen;
    for (std::int64_t block = 0; block < rows * cols; ++block) {
      const TilePlace place = tileOfBlock(block, rows, cols);
      ASSERT_TRUE(place.row < rows && place.col < cols);
      ASSERT_TRUE(seen.emplace(place.row, place.col).second);
    }
  }
}

TEST(IntGemmMath, SlicesAreWholeGroupsAndChunksAndCoverAllSteps) {
  for (const std::int64_t group : {32, 64, 96, 128, 160, 256, 4096}) {
    for (const std::int64_t groups : {1, 2, 3, 32, 170, 224}) {
      const IntShape s = intShapeOf(8, group * groups, group, 4);
      std::int64_t at = 0;
      for (int slice = 0; slice < kSlices; ++slice) {
        const StepRange range = sliceOf(s, slice);
        ASSERT_EQ(range.first, at);
        ASSERT_LE(range.first, range.last);
        if (range.first == range.last) continue;
        ASSERT_EQ(range.first % kChunkSteps, 0);
        ASSERT_TRUE(groups == 1 || range.first % s.stepsPerGroup == 0);
        at = range.last;
      }
      ASSERT_EQ(at, s.steps);
    }
  }
}

TEST(IntGemmMath, SixteenfoldSumsChangeNoRounding) {
  float plain = 0.0f, shifted = 0.0f;
  for (int i = 1; i < 400; ++i) {
    const std::int32_t acc = (i * 7919 % 4001 - 2000) * (i % 3 == 0 ? 30011 : 17);
    const float scale = 0.013f * static_cast<float>(i % 17 + 1);
    plain = addGroup(plain, scale, acc);
    shifted = addGroup(shifted, scale * 0.0625f, acc * 16);
    ASSERT_EQ(bitsOf(plain), bitsOf(shifted));
  }
}

}  // namespace
}  // namespace oscope::gpu
