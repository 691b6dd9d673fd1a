#include "analysis/compute/reductions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis/base/error.h"

namespace oscope::compute {
namespace {

TEST(Histogram, EveryFloatFallsBetweenTheEdgesOfItsBin) {
  EXPECT_EQ(histogramBin(0.0f), 0);
  EXPECT_EQ(histogramBin(-0.0f), 0);
  EXPECT_EQ(histogramBin(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(histogramBin(INFINITY), 63);
  for (int bin = 1; bin < kHistogramBins; ++bin) {
    const double edge = histogramEdge(bin);
    auto above = static_cast<float>(edge);
    if (above < edge) above = std::nextafter(above, INFINITY);
    const float below = std::nextafter(above, 0.0f);
    ASSERT_LT(below, edge);
    EXPECT_EQ(histogramBin(above), bin);
    EXPECT_EQ(histogramBin(-above), bin);
    EXPECT_EQ(histogramBin(below), bin - 1);
  }
}

SiteReductions part(std::int64_t token, float value, std::int64_t count) {
  SiteReductions r;
  r.channels = 1;
  r.tokens = count;
  r.absmax = {std::fabs(value)};
  r.min = r.max = {value};
  r.absmaxToken = {token};
  r.sum.resize(1);
  r.sum[0].add(value);
  r.tokenAbsmax = {{token, std::fabs(value)}};
  r.extremes = {{value, 0, token}};
  r.rowTokens = {token};
  r.rows = {static_cast<std::uint16_t>(token)};
  r.rowExponents = {0};
  return r;
}

TEST(Merge, IsTheSameInBothDirections) {
  const SiteReductions early = part(3, -2.0f, 5), late = part(9, 2.0f, 4);
  SiteReductions a = early, b = late;
  merge(a, late, 1);
  merge(b, early, 1);
  for (const SiteReductions* r : {&a, &b}) {
    EXPECT_EQ(r->tokens, 9);
    EXPECT_EQ(r->absmaxToken[0], 3) << "ties go to the lowest token";
    EXPECT_EQ(r->min[0], -2.0f);
    EXPECT_EQ(r->max[0], 2.0f);
    EXPECT_EQ(r->sum[0].value(), 0.0);
    EXPECT_EQ(r->extremes, (std::vector<Extreme>{{-2.0f, 0, 3}}));
    EXPECT_EQ(r->rowTokens, (std::vector<std::int64_t>{3, 9}));
    EXPECT_EQ(r->rows, (std::vector<std::uint16_t>{3, 9}));
    EXPECT_EQ(r->tokenAbsmax.front().first, 3);
  }
}

TEST(Merge, RefusesPartsOfDifferentSites) {
  SiteReductions a = part(0, 1.0f, 1), b = part(1, 1.0f, 1);
  b.channels = 2;
  EXPECT_THROW(merge(a, b, 1), Error);
}

}  // namespace
}  // namespace oscope::compute
