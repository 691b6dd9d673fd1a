#include "tests/compute/same_reductions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace oscope::compute::test {

void expectSame(const SiteReductions& a, const SiteReductions& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.absmax, b.absmax);
  EXPECT_EQ(a.absmaxToken, b.absmaxToken);
  EXPECT_EQ(a.sum, b.sum);
  EXPECT_EQ(a.sumAbs, b.sumAbs);
  EXPECT_EQ(a.sumSq, b.sumSq);
  EXPECT_EQ(a.histogram, b.histogram);
  EXPECT_EQ(a.tokenAbsmax, b.tokenAbsmax);
  EXPECT_EQ(a.extremes, b.extremes);
  EXPECT_EQ(a.rowTokens, b.rowTokens);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.rowExponents, b.rowExponents);
  EXPECT_EQ(a.nonFinite, b.nonFinite);
  EXPECT_EQ(a.firstNonFiniteToken, b.firstNonFiniteToken);
  EXPECT_EQ(a.firstNonFiniteChannel, b.firstNonFiniteChannel);
  for (std::size_t c = 0; c < a.min.size(); ++c) {
    EXPECT_EQ(std::signbit(a.min[c]), std::signbit(b.min[c])) << c;
    EXPECT_EQ(a.min[c], b.min[c]);
    EXPECT_EQ(a.max[c], b.max[c]);
  }
}

}  // namespace oscope::compute::test
