// Statistics of the given models against those of an independent program.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/calibration/calibration_runs.h"
#include "tests/support/golden.h"

namespace oscope::test {
namespace {

/// Relative to the site's range.
constexpr double kRangeTolerance = 1e-5, kMomentTolerance = 1e-6;

class GoldenStatistics : public testing::TestWithParam<std::string> {};

double largestDifference(const std::vector<float>& ours, const std::vector<double>& theirs) {
  if (ours.size() != theirs.size()) return INFINITY;
  double largest = 0;
  for (std::size_t j = 0; j < ours.size(); ++j) largest = std::max(largest, std::fabs(double{ours[j]} - theirs[j]));
  return largest;
}

TEST_P(GoldenStatistics, Agree) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenFile golden(root / "golden" / (GetParam() + ".calibration.safetensors"));
  const std::vector<std::int64_t> shape = golden.shape("token_windows");
  calibration::Dataset data;
  data.samples = shape[0];
  data.length = shape[1];
  data.source = "tokens";
  for (const std::int64_t id : golden.integers("token_windows")) data.ids.push_back(static_cast<std::int32_t>(id));

  const ScratchFolder folder;
  const model::OpenedModel model = model::openModel(root / "models" / GetParam());
  const auto report = calibrateModel(model, data, fixedOptions(folder / "a.oscope.h5"), 2);
  const stats::SnapshotPtr snapshot = stats::openSnapshot(report.snapshot, true);
  EXPECT_EQ(snapshot->sites().size(), 4 * model.graph.blocks.size());
  for (const stats::SiteStats& site : snapshot->sites()) {
    const std::string name = toString(site.id);
    SCOPED_TRACE(name);
    const double range = site.range();
    EXPECT_LE(largestDifference(site.absmax, golden.doubles(name + ".absmax")) / range, kRangeTolerance);
    EXPECT_LE(largestDifference(site.min, golden.doubles(name + ".min")) / range, kRangeTolerance);
    EXPECT_LE(largestDifference(site.max, golden.doubles(name + ".max")) / range, kRangeTolerance);
    EXPECT_LE(largestDifference(site.mean, golden.doubles(name + ".mean")) / range, kMomentTolerance);
    EXPECT_LE(largestDifference(site.meanAbs, golden.doubles(name + ".mean_abs")) / range, kMomentTolerance);
    EXPECT_LE(largestDifference(site.rms, golden.doubles(name + ".rms")) / range, kMomentTolerance);
  }
}

/// Facts that must agree with each other, whatever the model computes.
TEST_P(GoldenStatistics, AreConsistent) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const ScratchFolder folder;
  const model::OpenedModel model = model::openModel(root / "models" / GetParam());
  const auto data = randomData(5, 40, model.graph.vocabulary);
  calibrateModel(model, data, fixedOptions(folder / "a.oscope.h5"), 2);
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "a.oscope.h5");
  for (const stats::SiteStats& site : snapshot->sites()) {
    SCOPED_TRACE(toString(site.id));
    const stats::SiteDetail detail = snapshot->detail(site.id);
    EXPECT_EQ(site.tokens, 200);
    EXPECT_EQ(*std::max_element(site.tokenAbsmax.begin(), site.tokenAbsmax.end()), site.range());
    EXPECT_EQ(std::fabs(site.extremes.at(0).value), site.range());
    EXPECT_EQ(site.extremes.at(0).token, site.absmaxToken.at(static_cast<std::size_t>(site.extremes[0].channel)));
    std::uint64_t counted = 0;
    for (const std::uint32_t count : detail.histogram) counted += count;
    EXPECT_EQ(counted, static_cast<std::uint64_t>(site.tokens * site.channels));
    ASSERT_EQ(detail.rowTokens.size(), 64u);
    EXPECT_EQ(detail.rows.size(), detail.rowTokens.size() * static_cast<std::size_t>(site.channels));
    for (std::size_t r = 0; r < detail.rowTokens.size(); ++r) {
      const float* row = detail.rows.data() + r * static_cast<std::size_t>(site.channels);
      float top = 0;
      for (std::int64_t j = 0; j < site.channels; ++j) top = std::max(top, std::fabs(row[j]));
      const float expected = site.tokenAbsmax[static_cast<std::size_t>(detail.rowTokens[r])];
      EXPECT_NEAR(top, expected, 0x1p-11 * expected);  // fp16
    }
    EXPECT_EQ(site.weightedHistogram.size(), static_cast<std::size_t>(compute::kHistogramBins));
    EXPECT_NE(site.foldEdge.empty(), site.whyNoFold.empty());
    for (const stats::ReaderStats& reader : site.readers) EXPECT_GT(reader.outputEnergy, 0) << reader.module;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenStatistics,
                         testing::Values("stories260k", "stories260k-bf16-sharded", "tinystories-656k",
                                         "tinystories-656k-outliers", "tiny-random-llama-untied", "tiny-bloom"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::test
