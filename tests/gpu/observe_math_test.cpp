// The arithmetic that statistics kernels share with the host, against the CPU's.
#include "gpu/kernels/observe_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "analysis/base/dtype.h"
#include "analysis/compute/exact_sum.h"
#include "analysis/compute/extremes.h"
#include "gpu/kernels/exact_sum_math.h"
#include "gpu/kernels/extremes_math.h"
#include "gpu/kernels/float_math.h"

namespace oscope::gpu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Finite floats of every exponent, both signs, with the neighbours of all histogram edges.
std::vector<float> someFloats() {
  std::vector<float> values{0.0f, -0.0f, 1.0f, 32768.0f, 65504.0f, 65519.0f, 65520.0f, 1e-45f};
  std::mt19937 random(7);
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (int i = 0; i < 40; ++i) values.push_back(floatOf((random() & 0x807FFFFFu) | exponent << 23));
    values.push_back(floatOf(exponent << 23));
  }
  for (int bin = 1; bin < kHistogramBins; ++bin) {
    const auto edge = static_cast<float>(compute::histogramEdge(bin));
    for (const float value : {edge, std::nextafter(edge, 0.0f), std::nextafter(edge, 1e30f)}) values.push_back(value);
  }
  return values;
}

TEST(ObserveMath, BinsAreThoseOfTheCpu) {
  for (const float value : someFloats()) ASSERT_EQ(histogramBinOfBits(bitsOf(value)), compute::histogramBin(value));
}

TEST(ObserveMath, HalvesAreThoseOfTheCpu) {
  for (const float value : someFloats()) ASSERT_EQ(toFp16(value), floatToFp16(value)) << value;
}

TEST(ObserveMath, OrderedIntegersSortAsFloatsAndComeBack) {
  std::vector<float> values = someFloats();
  values.push_back(std::numeric_limits<float>::infinity());
  values.push_back(-std::numeric_limits<float>::infinity());
  for (const float value : values) ASSERT_EQ(bitsOf(floatOfOrdered(orderedOf(value))), bitsOf(value));
  std::sort(values.begin(), values.end());
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i - 1] == values[i]) continue;
    ASSERT_LT(orderedOf(values[i - 1]), orderedOf(values[i]));
  }
}

TEST(ObserveMath, KeysOrderByValueThenByLowestToken) {
  const std::uint64_t last = kMostTokens - 1;
  EXPECT_GT(absmaxKey(5, 100), absmaxKey(4, 0));
  EXPECT_GT(absmaxKey(5, 99), absmaxKey(5, 100));
  EXPECT_GT(absmaxKey(0, last), 0u);
  EXPECT_EQ(tokenOfKey(absmaxKey(bitsOf(3.5f), last)), static_cast<std::int64_t>(last));
  EXPECT_EQ(absmaxOfKey(absmaxKey(bitsOf(3.5f), last)), 3.5f);
  EXPECT_LT(placeOf(3, kMostChannels), placeOf(4, 0));
}

TEST(ObserveMath, RowExponentsAreTheSmallestThatFit) {
  for (float value : someFloats()) {
    value = std::fabs(value);
    const int e = rowExponentOfBits(bitsOf(value));
    ASSERT_LE(std::ldexp(static_cast<double>(value), -e), 32768.0) << value;
    ASSERT_EQ(inversePowerOfTwo(e), std::ldexp(1.0f, -e));
    if (e == 0) continue;
    ASSERT_GT(std::ldexp(static_cast<double>(value), 1 - e), 32768.0) << value;
  }
}

compute::ExactSum toExactSum(Fixed128 fixed) {
  return compute::ExactSum::fromHalves(static_cast<std::int64_t>(fixed.high), fixed.low);
}

TEST(ExactSumMath, EveryDoubleBecomesTheSameFixedPoint) {
  std::mt19937_64 random(8);
  const auto check = [](double value) {
    compute::ExactSum sum;
    sum.add(value);
    ASSERT_EQ(toExactSum(toFixed(value)), sum) << value;
    sum = {};
    sum.add(-value);
    ASSERT_EQ(toExactSum(toFixed(-value)), sum) << -value;
  };
  for (int exponent = -80; exponent <= 70; ++exponent) {
    for (int i = 0; i < 200; ++i) {
      const double mantissa = 1.0 + static_cast<double>(random() >> 12) * 0x1p-52;
      check(std::ldexp(mantissa, exponent));
      check(std::ldexp(1.0 + static_cast<double>(i) * 0x1p-7, exponent));  // ties at the last place
    }
  }
  for (const double special : {0.0, 5e-324, 1e300, kInfinity, std::numeric_limits<double>::quiet_NaN()}) check(special);
}

TEST(ExactSumMath, SumsSaturateAsOnTheCpu) {
  std::mt19937_64 random(9);
  for (int run = 0; run < 50; ++run) {
    compute::ExactSum expected;
    Fixed128 sum{};
    for (int i = 0; i < 60; ++i) {
      const double value = std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())) * 0x1p-63,
                                      static_cast<int>(random() % (run < 25 ? 40 : 64)));
      expected.add(value);
      sum = addSaturating(sum, toFixed(value));
    }
    ASSERT_EQ(toExactSum(sum), expected);
  }
  for (const double value : {0x1p61, -0x1p61, kInfinity, -kInfinity}) {
    compute::ExactSum expected;
    Fixed128 sum{};
    for (int i = 0; i < 5; ++i) {
      expected.add(value);
      sum = addSaturating(sum, toFixed(value));
    }
    expected.add(-value);
    ASSERT_EQ(toExactSum(addSaturating(sum, toFixed(-value))), expected);
  }
}

TEST(ExtremesMath, KeysOrderAsTheCpuOrders) {
  std::mt19937 random(10);
  for (int i = 0; i < 20000; ++i) {
    const auto some = [&] {
      return compute::Extreme{static_cast<float>(static_cast<int>(random() % 7) - 3),
                              static_cast<std::int32_t>(random() % 3), static_cast<std::int64_t>(random() % 3)};
    };
    const compute::Extreme a = some(), b = some();
    const auto key = [](const compute::Extreme& e) {
      return keyOf(bitsOf(e.value), static_cast<std::uint64_t>(e.token), static_cast<std::uint64_t>(e.channel));
    };
    const bool larger = isAtLeast(key(a), key(b)) && !isAtLeast(key(b), key(a));
    ASSERT_EQ(larger, compute::isLarger(a, b));
  }
}

TEST(ExtremesMath, DigitsSpellTheKey) {
  const SelectionKey key = keyOf(bitsOf(-123.25f), 0x1ABCDEF01u, 0xFEDCBA);
  SelectionKey spelled{0, 0};
  for (int digit = 0; digit < kKeyDigits; ++digit) {
    EXPECT_TRUE(sharesDigits(key, spelled, digit));
    setDigit(spelled, digit, digitOf(key, digit));
  }
  EXPECT_TRUE(sharesDigits(key, spelled, kKeyDigits));
  EXPECT_EQ(spelled.size, key.size);
  EXPECT_EQ(spelled.place, key.place);
  for (int digit = 0; digit < kKeyDigits; ++digit) {
    SelectionKey other = key;
    (digit < 4 ? other.size ^= 1u << (24 - 8 * digit) : other.place ^= std::uint64_t{1} << (56 - 8 * (digit - 4)));
    EXPECT_TRUE(sharesDigits(key, other, digit));
    EXPECT_FALSE(sharesDigits(key, other, digit + 1));
  }
}

}  // namespace
}  // namespace oscope::gpu
