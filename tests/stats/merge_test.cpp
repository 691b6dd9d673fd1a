// Shards of one data set merge into the snapshot of the union.
#include <gtest/gtest.h>

#include "analysis/stats/hdf5_store.h"
#include "tests/stats/synthetic_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

SyntheticRun shard(std::int64_t first, std::int64_t samples) {
  SyntheticRun run;
  run.firstSample = first;
  run.samples = samples;
  return run;
}

TEST(Merge, GivesTheSnapshotOfTheUnion) {
  const ScratchFolder folder;
  const std::string whole = writeSynthetic(shard(0, 9), folder / "whole.h5");
  writeSynthetic(shard(0, 4), folder / "a.h5");
  writeSynthetic(shard(4, 2), folder / "b.h5");
  writeSynthetic(shard(6, 3), folder / "c.h5");
  const std::string merged =
      stats::mergeSnapshots({folder / "c.h5", folder / "a.h5", folder / "b.h5"}, folder / "merged.h5", JobContext{});
  EXPECT_EQ(merged, whole);
  const auto a = stats::openSnapshot(folder / "merged.h5", true), b = stats::openSnapshot(folder / "whole.h5", true);
  EXPECT_EQ(a->tokenTexts(), b->tokenTexts());
  const SiteId site{1, SiteKind::FfnMid};
  const auto gramA = compute::valuesOf(*a->gram(site)), gramB = compute::valuesOf(*b->gram(site));
  ASSERT_EQ(gramA.size(), gramB.size());
  for (std::size_t i = 0; i < gramA.size(); ++i) EXPECT_NEAR(gramA[i], gramB[i], 1e-12 * (1 + std::abs(gramB[i])));
}

TEST(Merge, OfTwoMergesIsTheSame) {
  const ScratchFolder folder;
  const std::string whole = writeSynthetic(shard(0, 6), folder / "whole.h5");
  for (int i = 0; i < 3; ++i) writeSynthetic(shard(2 * i, 2), folder / (std::to_string(i) + ".h5"));
  stats::mergeSnapshots({folder / "1.h5", folder / "2.h5"}, folder / "tail.h5", JobContext{});
  EXPECT_EQ(stats::mergeSnapshots({folder / "0.h5", folder / "tail.h5"}, folder / "all.h5", JobContext{}), whole);
}

/// Expects mergeSnapshots to refuse the shards with Mismatch, and to leave nothing behind.
void expectRefused(const ScratchFolder& folder, const std::vector<std::filesystem::path>& shards) {
  try {
    stats::mergeSnapshots(shards, folder / "merged.h5", JobContext{});
    FAIL() << "merged";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Mismatch) << error.what();
    EXPECT_FALSE(error.remedy().empty());
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "merged.h5"));
}

TEST(Merge, RefusesGapsAndOverlaps) {
  const ScratchFolder folder;
  writeSynthetic(shard(0, 4), folder / "a.h5");
  writeSynthetic(shard(5, 2), folder / "gap.h5");
  writeSynthetic(shard(3, 2), folder / "overlap.h5");
  expectRefused(folder, {folder / "a.h5", folder / "gap.h5"});
  expectRefused(folder, {folder / "a.h5", folder / "overlap.h5"});
}

TEST(Merge, RefusesOtherRuns) {
  const ScratchFolder folder;
  writeSynthetic(shard(0, 4), folder / "a.h5");
  SyntheticRun other = shard(4, 2);
  other.seed = 77;
  writeSynthetic(other, folder / "seed.h5");
  other = shard(4, 2);
  other.channels = 32;  // the config says so, too
  writeSynthetic(other, folder / "model.h5");
  expectRefused(folder, {folder / "a.h5", folder / "seed.h5"});
  expectRefused(folder, {folder / "a.h5", folder / "model.h5"});
}

}  // namespace
}  // namespace oscope::test
