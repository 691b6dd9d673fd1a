#include "app/common/number_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace oscope::app {
namespace {

TEST(NumberFormat, RangesKeepThreeSignificantDigits) {
  EXPECT_EQ(formatRange(0.306), "0.306");
  EXPECT_EQ(formatRange(9.8), "9.80");
  EXPECT_EQ(formatRange(9.996), "10.0");
  EXPECT_EQ(formatRange(41.28), "41.3");
  EXPECT_EQ(formatRange(486.4), "486");
  EXPECT_EQ(formatRange(999.6), "1,000");
  EXPECT_EQ(formatRange(1180.2), "1,180");
  EXPECT_EQ(formatRange(0), "0");
  EXPECT_EQ(formatRange(-0.44), "−0.440");
  EXPECT_EQ(formatRange(3.2e-5), "3.20e-05");
  EXPECT_EQ(formatRange(std::nan("")), "–");
}

TEST(NumberFormat, DecibelsHaveOneDecimalAndATrueMinus) {
  EXPECT_EQ(formatDb(36.84), "36.8");
  EXPECT_EQ(formatDb(-0.44), "−0.4");
  EXPECT_EQ(formatDb(-0.04), "0.0");
  EXPECT_EQ(formatDb(std::nullopt), "–");
  EXPECT_EQ(formatDb(std::numeric_limits<double>::infinity()), "∞");
}

TEST(NumberFormat, CountsBytesAndDurations) {
  EXPECT_EQ(formatCount(65536), "65,536");
  EXPECT_EQ(formatCounted(1, "site", "sites"), "1 site");
  EXPECT_EQ(formatCounted(1320, "site", "sites"), "1,320 sites");
  EXPECT_EQ(formatCounted(0, "site", "sites"), "0 sites");
  EXPECT_EQ(formatCount(-1234567), "−1,234,567");
  EXPECT_EQ(formatBytes(512), "512 B");
  EXPECT_EQ(formatBytes(46'500'000), "46.5 MB");
  EXPECT_EQ(formatBytes(999'700'000), "1.00 GB");
  EXPECT_EQ(formatDuration(41.2), "0:41");
  EXPECT_EQ(formatDuration(4320), "1 h 12 m");
  EXPECT_EQ(formatShare(0.8828), "88.3");
  EXPECT_EQ(formatFactor(24.41), "24.4×");
  EXPECT_EQ(formatPerplexity(40.3533), "40.35");
  EXPECT_EQ(formatPerplexity(116741.6), "116,742");
}

TEST(NumberFormat, ErrorsDecideTheDigits) {
  EXPECT_EQ(formatWithError(0.18088, 0.00314), "0.181 ± 0.003");
  EXPECT_EQ(formatWithError(47.5, 0), "47.5");
}

}  // namespace
}  // namespace oscope::app
