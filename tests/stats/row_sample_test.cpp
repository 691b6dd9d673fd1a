#include "analysis/stats/row_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace oscope::test {
namespace {

std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> items(static_cast<std::size_t>(last - first));
  std::iota(items.begin(), items.end(), first);
  return items;
}

TEST(RowSample, KeepsTheFirstTokensAndDrawsTheRest) {
  const stats::RowSampleRule rule{64, 512, 1};
  const auto chosen = rule.choose(range(0, 512 * 16));
  EXPECT_EQ(chosen.size(), 64u);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  for (std::int64_t t = 0; t < 32; ++t) EXPECT_EQ(chosen[static_cast<std::size_t>(t)], t);
  // The drawn half spreads over the data: more than a few of the 16 samples are hit.
  std::set<std::int64_t> samples;
  for (std::size_t i = 32; i < chosen.size(); ++i) samples.insert(chosen[i] / 512);
  EXPECT_GT(samples.size(), 8u);
}

TEST(RowSample, ShardsChooseWhatTheWholeChooses) {
  const stats::RowSampleRule rule{10, 16, 42};
  const auto whole = rule.choose(range(0, 160));
  auto parts = rule.choose(range(0, 48));
  for (const auto& [first, last] : {std::pair{48, 112}, std::pair{112, 160}}) {
    const auto part = rule.choose(range(first, last));
    parts.insert(parts.end(), part.begin(), part.end());
  }
  EXPECT_EQ(rule.choose(parts), whole);
}

TEST(RowSample, SeedsDiffer) {
  EXPECT_NE((stats::RowSampleRule{10, 16, 1}.choose(range(0, 160))),
            (stats::RowSampleRule{10, 16, 2}.choose(range(0, 160))));
  EXPECT_NE(stats::sampleIndices(1000, 8, 1, 1), stats::sampleIndices(1000, 8, 1, 2));
}

TEST(RowSample, SmallSetsAreTakenWhole) {
  EXPECT_EQ((stats::RowSampleRule{64, 8, 0}.choose(range(0, 20))), range(0, 20));
  EXPECT_EQ(stats::sampleIndices(5, 32, 0, 0), range(0, 5));
}

}  // namespace
}  // namespace oscope::test
