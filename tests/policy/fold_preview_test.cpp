// Before and after the fold, against scales that an independent program made.
#include "quant/policy/fold_preview.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analysis/stats/scaled_histogram.h"
#include "quant/methods/smoothquant.h"
#include "quant/policy/what_if.h"
#include "tests/support/calibrated_snapshot.h"
#include "tests/support/golden.h"

namespace oscope::quant {
namespace {

constexpr double kScaleTolerance = 1e-5;  ///< relative: absmax of two programs
constexpr const char* kModel = "tinystories-656k-outliers";

TEST(EffectiveBits, CountWhatOneScaleLeavesToAChannel) {
  EXPECT_EQ(effectiveBits(27.3, 27.3, 8), 8);
  EXPECT_EQ(effectiveBits(1, 8, 8), 5);
  EXPECT_EQ(effectiveBits(1, 1024, 8), 0) << "below the lowest code";
  EXPECT_EQ(effectiveBits(0, 10, 8), 0);
}

class FoldPreviewGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::testDataRoot()) GTEST_SKIP() << "OSCOPE_TEST_DATA names no folder with the given models";
    const auto root = *test::testDataRoot();
    snapshot = test::calibratedSnapshot(root, kModel, model::openModel(root / "models" / kModel), folder);
    golden = std::make_unique<test::GoldenFile>(root / "golden" / (std::string(kModel) + ".fptq.safetensors"));
    facts = std::make_unique<test::GoldenFile>(root / "golden" / (std::string(kModel) + ".calibration.safetensors"));
  }
  const test::ScratchFolder folder;
  stats::SnapshotPtr snapshot;
  std::unique_ptr<test::GoldenFile> golden, facts;
};

TEST_F(FoldPreviewGolden, AfterLaeChannelsAreTheirMaximaOverTheGoldenScales) {
  Recipe recipe = defaultRecipe();
  const Plan plan = makePlan(*snapshot, recipe);
  int folded = 0;
  for (std::size_t i = 0; i < plan.sites.size(); ++i) {
    const stats::SiteStats& site = snapshot->sites()[i];
    const std::string name = toString(site.id);
    if (!golden->contains(name + ".lae_s")) continue;
    ++folded;
    const FoldPreview preview = foldPreview(site, plan.sites[i], recipe);
    EXPECT_EQ(preview.name, "LAE");
    EXPECT_TRUE(preview.obstacle.empty());
    const std::vector<double> s = golden->doubles(name + ".lae_s"), absmax = facts->doubles(name + ".absmax");
    const std::vector<float> after = foldedAbsmax(site, preview.scale);
    for (std::size_t j = 0; j < s.size(); ++j) {
      ASSERT_NEAR(after[j], absmax[j] / s[j], kScaleTolerance * absmax[j] / s[j]) << name << " channel " << j;
    }
  }
  EXPECT_GT(folded, 0);
}

TEST_F(FoldPreviewGolden, NamesWhatCanNotBeFoldedAndWhichRecipeFolds) {
  const Recipe fptq = defaultRecipe();
  const Plan plan = makePlan(*snapshot, fptq);
  const std::size_t mid = 3;  // ffn_mid of block 0
  ASSERT_EQ(snapshot->sites()[mid].id.kind, SiteKind::FfnMid);
  const FoldPreview lae = foldPreview(snapshot->sites()[mid], plan.sites[mid], fptq);
  EXPECT_FALSE(lae.planned);
  EXPECT_FALSE(lae.obstacle.empty());
  EXPECT_EQ(lae.scale.size(), static_cast<std::size_t>(snapshot->sites()[mid].channels));

  const Recipe smooth = loadRecipe("smoothquant-w8a8-o3");
  const Plan smoothed = makePlan(*snapshot, smooth);
  const FoldPreview fold = foldPreview(snapshot->sites()[0], smoothed.sites[0], smooth);
  EXPECT_EQ(fold.name, smooth.name);
  EXPECT_EQ(fold.scale, smoothScale(snapshot->sites()[0], 0.5));
}

TEST_F(FoldPreviewGolden, ClipPredictionsAreThoseOfTheWholeModel) {
  for (const std::size_t i : {std::size_t{0}, std::size_t{3}}) {
    const stats::SiteStats& site = snapshot->sites()[i];
    const auto detail = std::make_shared<const stats::SiteDetail>(snapshot->detail(site.id));
    WhatIf question;
    if (i == 0) question.scale = laeScale(site, {});
    const ClipPrediction many(snapshot, site.id, detail, question);
    double last = -1e9;
    bool better = false;
    for (double clip : {0.05, 0.4, 0.8, 1.0}) {
      question.clip = clip;
      const double expected = *predict(site, *detail, question).total;
      EXPECT_EQ(*many.at(clip).total, expected) << clip;
      better = better || expected != last;
      last = expected;
    }
    EXPECT_TRUE(better) << "a clip must change the answer";
  }
}

TEST_F(FoldPreviewGolden, HistogramsOfFoldedSitesKeepEveryValueAndEndAtTheNewRange) {
  const Plan plan = makePlan(*snapshot, defaultRecipe());
  for (std::size_t i = 0; i < plan.sites.size(); ++i) {
    const stats::SiteStats& site = snapshot->sites()[i];
    const auto histogram = stats::scaledHistogram(site, snapshot->detail(site.id), plan.sites[i].scale);
    EXPECT_EQ(histogram.total, static_cast<double>(site.tokens * site.channels));
    EXPECT_DOUBLE_EQ(histogram.top, rangeAfter(site, plan.sites[i].scale));
  }
}

}  // namespace
}  // namespace oscope::quant
