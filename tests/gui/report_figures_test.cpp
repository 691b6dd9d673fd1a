#include "app/gui/views/verify/report_figures.h"

#include <gtest/gtest.h>

#include <limits>

#include "app/gui/forms/ranges_so_far.h"
#include "app/gui/views/export/findings.h"
#include "app/gui/views/verify/site_bars.h"

namespace oscope::gui {
namespace {

quant::VerifyReport madeReport() {
  quant::VerifyReport report;
  report.checks = {{"codes", "codes of a", true, ""},
                   {"codes", "codes of b", false, "tensor b, byte 7"},
                   {"config", "config groups", true, ""}};
  report.floatPerplexity = 5.68;
  report.floatNllPerWindow = {1};
  report.quantized.perplexity = 5.80;
  report.quantized.klMean = 0.0214;
  report.quantized.klStandardError = 0.0006;
  report.quantized.top1Agreement = 0.946;
  report.windows = 10;
  report.windowLength = 11;
  report.exportedBytes = 3'870'000'000;
  report.sourceBytes = 13'500'000'000;
  return report;
}

TEST(ReportFigures, CardsSayPassOrFailFirst) {
  const auto cards = reportCards(madeReport());
  ASSERT_EQ(cards.size(), 5u);  // no site has both figures: no card about predictions
  EXPECT_EQ(cards[0].figure, QStringLiteral("2"));
  EXPECT_EQ(cards[0].unit, QStringLiteral("of 3"));
  EXPECT_EQ(cards[0].mark, ReportCardText::Mark::Failed);
  EXPECT_EQ(cards[1].before, QStringLiteral("5.68"));
  EXPECT_EQ(cards[1].figure, QStringLiteral("5.80"));
  EXPECT_EQ(cards[1].note, QStringLiteral("+0.12 (+2.1 %) against float"));
  EXPECT_EQ(cards[2].figure, QStringLiteral("0.0214"));
  EXPECT_EQ(cards[2].unit, QStringLiteral("± 0.0006"));
  EXPECT_EQ(cards[3].unit, QStringLiteral("± 2.3 %"));  // sqrt(0.946 * 0.054 / 100)
  EXPECT_EQ(cards[4].figure, QStringLiteral("3.87"));
  EXPECT_EQ(cards[4].note, QStringLiteral("28.7 % of 13.5 GB"));
}

TEST(ReportFigures, FailedChecksOpenWithTheirPlace) {
  const auto lines = checkLines(madeReport());
  ASSERT_EQ(lines.size(), 2u) << "integers were not compared";
  EXPECT_EQ(lines[0].total, 1);  // config groups come first
  EXPECT_EQ(lines[1].passed, 1);
  EXPECT_EQ(lines[1].failures, QStringList({"codes of b: tensor b, byte 7"}));
}

TEST(ReportFigures, IntegersThatAreNotFiniteAreAFailedCheck) {
  quant::VerifyReport report = madeReport();
  report.checks.pop_back();
  report.checks.pop_back();
  report.sites.resize(1);
  report.sites[0].linears = {{"model.a", 30, 30, 1e-7}, {"model.b", 30, 30, 1e-7}};
  EXPECT_EQ(checkLines(report).back().value, QStringLiteral("≤ 1.0e-07"));
  EXPECT_EQ(checkLines(report).back().passed, 1);
  report.sites[0].linears[1].integerMaxRelative = std::numeric_limits<double>::quiet_NaN();
  const CheckLine line = checkLines(report).back();
  EXPECT_EQ(line.passed, 0);
  EXPECT_EQ(line.value, QStringLiteral("not finite"));
  EXPECT_EQ(line.failures, QStringList({"model.b"}));
  EXPECT_EQ(reportCards(report)[0].mark, ReportCardText::Mark::Passed) << "the files are as they were written";
  EXPECT_FALSE(report.passed());
}

TEST(ReportFigures, ChangesHaveATrueMinus) {
  EXPECT_EQ(changeText(1.9, 2.0), QStringLiteral("−0.10 (−5.0 %)"));
  EXPECT_EQ(changeText(1.9, 0), QStringLiteral("–"));
}

TEST(ReportFigures, ASiteFarFromItsPredictionIsAWarning) {
  quant::VerifyReport report;
  report.sites.resize(2);
  report.sites[0].predictedDb = 20;
  report.sites[0].outputSqnrLocalDb = 17.9;
  report.sites[1].predictedDb = 20;
  report.sites[1].outputSqnrLocalDb = 21.9;
  EXPECT_EQ(warningCount(report), 1);
}

TEST(Findings, AreGatheredByKindErrorsFirst) {
  const auto findings = gatherFindings({{Severity::Info, "a", "x", "said", ""},
                                        {Severity::Error, "b", "y", "refused", "mend"},
                                        {Severity::Error, "b", "z", "refused", "mend"}});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findingText(findings[0]), QStringLiteral("2 places: refused"));
  EXPECT_EQ(findings[0].where, QStringList({"y", "z"}));
  EXPECT_EQ(findingText(findings[1]), QStringLiteral("x: said"));
}

TEST(SiteBarLayout, BarsStandOnTheirRowAndAreFoundAgain) {
  const SiteBarLayout layout{QRectF(100, 10, 400, 300), 8, 25};
  for (int row = 0; row < 4; ++row) {
    const QRectF full = layout.bar(row, 3, 25), half = layout.bar(row, 3, 12.5);
    EXPECT_DOUBLE_EQ(full.bottom(), half.bottom());
    EXPECT_NEAR(half.height() * 2, full.height(), 1e-9);
    EXPECT_EQ(layout.at(full.center()), std::pair(row, 3));
  }
  EXPECT_NEAR(layout.bar(3, 0, 25).bottom(), 310, 1e-9);
  EXPECT_FALSE(layout.at(QPointF(50, 50)).has_value());
  EXPECT_EQ(layout.bar(0, 0, -3).height(), 0) << "below 0 dB there is no bar";
}

TEST(RangesSoFar, TheScaleHoldsThresholdsAndRanges) {
  const Scale scale = scaleOfRanges({{{0, SiteKind::AttnIn}, 0.0f}, {{0, SiteKind::FfnMid}, 900.0f}}, 15, 150);
  EXPECT_TRUE(scale.log);
  EXPECT_LT(scale.low, 15);
  EXPECT_GT(scale.high, 900);
}

}  // namespace
}  // namespace oscope::gui
