#include "analysis/compute/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace oscope::compute {
namespace {

TEST(ExactSum, TheOrderOfSummandsDoesNotShow) {
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) values.push_back(std::pow(-1.7, i % 70) / (i + 1.0));
  ExactSum forward, backward, left, right;
  for (double value : values) forward.add(value);
  std::reverse(values.begin(), values.end());
  for (double value : values) backward.add(value);
  for (std::size_t i = 0; i < values.size(); ++i) (i % 3 == 0 ? left : right).add(values[i]);
  left.add(right);
  EXPECT_EQ(forward, backward);
  EXPECT_EQ(forward, left);
}

TEST(ExactSum, SmallAndNegativeValuesSurviveLargeOnes) {
  ExactSum sum;
  sum.add(0x1p60);
  sum.add(0x1p-60);
  sum.add(-0x1p60);
  EXPECT_EQ(sum.value(), 0x1p-60);
  sum.add(-0x1p-59);
  EXPECT_EQ(sum.value(), -0x1p-60);
  sum.add(0x1p-66);  // below half a unit of the fixed point
  EXPECT_EQ(sum.value(), -0x1p-60);
}

TEST(ExactSum, HalvesRebuildTheSum) {
  ExactSum sum;
  sum.add(-1234.5678);
  EXPECT_EQ(ExactSum::fromHalves(sum.high(), sum.low()), sum);
  EXPECT_DOUBLE_EQ(sum.value(), -1234.5678);
}

TEST(ExactSum, OverflowIsAnInfinityThatStays) {
  ExactSum sum;
  sum.add(1e30);
  EXPECT_EQ(sum.value(), INFINITY);
  sum.add(-5.0);
  EXPECT_EQ(sum.value(), INFINITY);
  ExactSum negative;
  negative.add(-1e30);
  EXPECT_EQ(negative.value(), -INFINITY);
  ExactSum creeping;
  for (int i = 0; i < 4; ++i) creeping.add(0x1p61);
  EXPECT_EQ(creeping.value(), INFINITY);
}

}  // namespace
}  // namespace oscope::compute
