#include "analysis/base/number_text.h"

#include <gtest/gtest.h>

namespace oscope {
namespace {

TEST(NumberText, ARangeBesideAThresholdIsNeverReadAsEqualToIt) {
  EXPECT_EQ(formatRangeApart(1211.4, {150}), "1,210");
  EXPECT_EQ(formatRangeApart(149.8, {15, 150}), "149.8");
  EXPECT_EQ(formatRangeApart(150.0004, {150}), "150.0004");
  EXPECT_EQ(formatRangeApart(150, {150}), "150") << "what is equal reads so";
  EXPECT_EQ(formatRangeApart(15, {15.01}), "15.00");
}

TEST(NumberText, WhatMustBeAllowedIsRoundedUp) {
  EXPECT_EQ(formatBytes(421'200'000), "421 MB");
  EXPECT_EQ(formatBytesUp(421'200'000), "422 MB");
  EXPECT_EQ(formatBytesUp(421'000'000), "421 MB");
  EXPECT_EQ(formatBytesUp(999'900'000), "1.00 GB");
  EXPECT_EQ(formatBytesUp(511.2), "512 B");
}

}  // namespace
}  // namespace oscope
