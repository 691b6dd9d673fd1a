// Observers ask for what they store, and nothing else is computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/calibration/observer_registry.h"
#include "tests/calibration/calibration_runs.h"

namespace oscope::test {
namespace {

TEST(Observers, HaveDistinctIdsTitlesAndDefaults) {
  std::set<std::string> ids;
  for (const auto& observer : calibration::observers()) {
    EXPECT_TRUE(ids.insert(observer->id()).second) << observer->id();
    EXPECT_FALSE(observer->title().empty());
    EXPECT_NO_THROW(ParamSet(observer->params()));
  }
  EXPECT_EQ(ids.count("gram"), 1u);
  EXPECT_THAT(calibration::defaultObservers(), testing::Not(testing::Contains("gram")));
}

TEST(Observers, StoreWhatWasAskedFor) {
  const ScratchFolder folder;
  const model::OpenedModel model = openRandomModel(folder / "model", {.blocks = 1});
  auto options = fixedOptions(folder / "a.h5");
  options.observers = {"gram", "extremes", "range"};
  ParamSet params(calibration::findObserver("extremes").params());
  params.setFromText(calibration::findObserver("extremes").params(), "count", "3", "test");
  options.observerParams["extremes"] = params;
  calibrateModel(model, randomData(3, 16, 96), options, 2);
  const auto snapshot = stats::openSnapshot(options.output, true);
  EXPECT_THAT(snapshot->provenance().observers, testing::ElementsAre("range", "extremes", "gram"));
  const stats::SiteStats& site = snapshot->sites()[0];
  const stats::SiteDetail detail = snapshot->detail(site.id);
  EXPECT_EQ(site.absmax.size(), 64u);
  EXPECT_EQ(site.extremes.size(), 3u);
  EXPECT_TRUE(site.mean.empty());
  EXPECT_TRUE(site.tokenAbsmax.empty());
  EXPECT_TRUE(site.weightedHistogram.empty());
  EXPECT_TRUE(detail.histogram.empty());
  EXPECT_TRUE(detail.rows.empty());
  const std::vector<double> gram = compute::valuesOf(*snapshot->gram(site.id));
  ASSERT_EQ(gram.size(), 64u * 64u);
  EXPECT_EQ(gram[3], gram[3 * 64]);
  EXPECT_GT(gram[0], 0);
}

TEST(Observers, OutputEnergyIsThatOfTheGram) {
  // sum y^2 = sum over outputs n of W_n G W_n^T: ties energies, Gram matrix and weight rows together.
  const ScratchFolder folder;
  RandomShape shape;
  shape.blocks = 1;
  shape.hidden = 16;
  shape.ffn = 24;
  shape.heads = 2;
  shape.kvHeads = 1;
  const model::OpenedModel model = openRandomModel(folder / "model", shape);
  auto options = fixedOptions(folder / "a.h5");
  options.observers = {"gram"};
  calibrateModel(model, randomData(3, 16, 96), options, 2);
  const auto snapshot = stats::openSnapshot(options.output, true);
  for (const stats::SiteStats& site : snapshot->sites()) {
    const stats::SiteDetail detail = snapshot->detail(site.id);
    const std::vector<double> gram = compute::valuesOf(*snapshot->gram(site.id));
    for (std::size_t r = 0; r < site.readers.size(); ++r) {
      ASSERT_EQ(detail.weightRowIndices[r].size(), static_cast<std::size_t>(site.readers[r].out));  // all rows
      double energy = 0;
      for (std::int64_t n = 0; n < site.readers[r].out; ++n) {
        const float* w = detail.weightRows[r].data() + n * site.channels;
        for (std::int64_t i = 0; i < site.channels; ++i) {
          for (std::int64_t j = 0; j < site.channels; ++j) {
            energy += double{w[i]} * w[j] * gram[static_cast<std::size_t>(i * site.channels + j)];
          }
        }
      }
      EXPECT_NEAR(site.readers[r].outputEnergy / energy, 1.0, 1e-5) << site.readers[r].module;
    }
  }
}

}  // namespace
}  // namespace oscope::test
