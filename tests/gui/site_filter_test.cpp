#include "app/gui/models/site_filter.h"

#include <gtest/gtest.h>

namespace oscope::gui {
namespace {

SiteRow row(int block, SiteKind kind, float range, quant::Policy policy) {
  SiteRow row;
  row.id = {block, kind};
  row.range = range;
  row.policy = policy;
  return row;
}

TEST(SiteFilter, JoinsNamesAndComparisons) {
  const SiteFilter filter = SiteFilter::parse(QStringLiteral("ffn_mid & range>150"));
  EXPECT_TRUE(filter.error.isEmpty());
  EXPECT_TRUE(filter.matches(row(1, SiteKind::FfnMid, 151, quant::Policy::Dynamic)));
  EXPECT_FALSE(filter.matches(row(1, SiteKind::FfnMid, 150, quant::Policy::Dynamic)));
  EXPECT_FALSE(filter.matches(row(1, SiteKind::FfnIn, 151, quant::Policy::Dynamic)));
}

TEST(SiteFilter, KnowsPoliciesAndOverrides) {
  EXPECT_TRUE(SiteFilter::parse("lae").matches(row(0, SiteKind::AttnIn, 20, quant::Policy::LaeStatic)));
  EXPECT_FALSE(SiteFilter::parse("hand").matches(row(0, SiteKind::AttnIn, 20, quant::Policy::LaeStatic)));
  EXPECT_FALSE(SiteFilter::parse("predicted > 3").matches(row(0, SiteKind::AttnIn, 20, quant::Policy::LaeStatic)));
}

TEST(SiteFilter, WhatItCannotReadIsSaidAndMatchesAll) {
  const SiteFilter filter = SiteFilter::parse(QStringLiteral("rnage > 3"));
  EXPECT_TRUE(filter.error.contains(QStringLiteral("rnage")));
  EXPECT_TRUE(filter.matches(row(0, SiteKind::AttnIn, 1, quant::Policy::Static)));
  EXPECT_FALSE(SiteFilter::parse(QStringLiteral("§")).error.isEmpty());
}

}  // namespace
}  // namespace oscope::gui
