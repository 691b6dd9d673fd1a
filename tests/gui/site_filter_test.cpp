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

TEST(SiteFilter, JoinsByOrNegatesAndGroups) {
  const SiteRow quiet = row(3, SiteKind::FfnMid, 4, quant::Policy::Static);
  const SiteRow loud = row(3, SiteKind::FfnMid, 400, quant::Policy::Dynamic);
  const SiteRow other = row(4, SiteKind::AttnIn, 40, quant::Policy::LaeStatic);
  const auto matches = [](const char* text, const SiteRow& row) {
    const SiteFilter filter = SiteFilter::parse(QString::fromUtf8(text));
    EXPECT_EQ(filter.error, QString()) << text;
    return filter.matches(row);
  };
  EXPECT_TRUE(matches("dynamic | lae", loud));
  EXPECT_TRUE(matches("dynamic | lae", other));
  EXPECT_FALSE(matches("dynamic | lae", quiet));
  EXPECT_TRUE(matches("!static & block=3", loud));
  EXPECT_FALSE(matches("!static & block=3", quiet));
  EXPECT_TRUE(matches("ffn_mid & range<5 | attn_in", other)) << "& binds tighter than |";
  EXPECT_FALSE(matches("ffn_mid & (range<5 | attn_in)", other));
  EXPECT_TRUE(matches("range≥400 block!=4", loud));
  EXPECT_FALSE(matches("\"static\"", quiet)) << "in quotes a word is part of a name";
  EXPECT_TRUE(matches("\"blocks.3\"", quiet));
  EXPECT_TRUE(matches("ffn_mid &", quiet)) << "while the next term is typed";
}

TEST(SiteFilter, KnowsWeightsAndPredictionsThatDiffer) {
  SiteRow site = row(0, SiteKind::AttnIn, 20, quant::Policy::LaeStatic);
  site.weightBits = 4;
  EXPECT_TRUE(SiteFilter::parse("bits=4").matches(site));
  EXPECT_FALSE(SiteFilter::parse("bits=8").matches(site));
  site.predictedDb = 30;
  EXPECT_FALSE(SiteFilter::parse("differs").matches(site)) << "not measured yet";
  site.measuredDb = 28.1;
  EXPECT_FALSE(SiteFilter::parse("differs").matches(site));
  site.measuredDb = 27.9;
  EXPECT_TRUE(SiteFilter::parse("differs").matches(site));
}

TEST(SiteFilter, SaysWhatIsMissing) {
  for (const char* text : {"(dynamic", "dynamic |", "range >", "range > x", "!", ")", "a | | b"}) {
    EXPECT_FALSE(SiteFilter::parse(QString::fromUtf8(text)).error.isEmpty()) << text;
  }
}

TEST(SiteFilter, TermsAreAddedAndTakenAway) {
  const QString term = QStringLiteral("dynamic");
  EXPECT_EQ(withTerm({}, term), term);
  const QString both = withTerm(QStringLiteral("range>5"), term);
  EXPECT_EQ(both, QStringLiteral("range>5 & dynamic"));
  EXPECT_TRUE(hasTerm(both, term));
  EXPECT_EQ(withoutTerm(both, term), QStringLiteral("range>5"));
  const QString grouped = withTerm(QStringLiteral("a | b"), term);
  EXPECT_EQ(grouped, QStringLiteral("(a | b) & dynamic"));
  EXPECT_EQ(withoutTerm(grouped, term), QStringLiteral("(a | b)"));
  EXPECT_FALSE(hasTerm(QStringLiteral("a | dynamic"), term));
}

}  // namespace
}  // namespace oscope::gui
