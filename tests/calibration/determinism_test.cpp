// Same inputs give the same bits: threads, batches, spilling, shards.
#include <gtest/gtest.h>

#include <optional>

#include "analysis/base/error.h"
#include "tests/calibration/calibration_runs.h"

namespace oscope::test {
namespace {

class Determinism : public testing::Test {
 protected:
  std::string hashOf(std::int64_t microBatch, int threads) {
    calibration::CalibrateOptions options = fixedOptions(m_folder / "a.oscope.h5");
    options.microBatch = microBatch;
    return calibrateModel(m_model, m_data, options, threads).contentHash;
  }

  const ScratchFolder m_folder;
  const model::OpenedModel m_model = openRandomModel(m_folder / "model");
  calibration::Dataset m_data = randomData(7, 20, m_model.graph.vocabulary);
};

TEST_F(Determinism, HashDoesNotDependOnThreadsOrBatches) {
  const std::string hash = hashOf(1, 1);
  for (const std::int64_t microBatch : {2, 3, 7}) {
    EXPECT_EQ(hashOf(microBatch, 1), hash) << microBatch;
    EXPECT_EQ(hashOf(microBatch, 2), hash) << microBatch;
  }
  EXPECT_EQ(hashOf(0, 2), hash);
}

TEST_F(Determinism, HashDoesNotDependOnSpilling) {
  const std::string hash = hashOf(0, 1);
  calibration::CalibrateOptions options = fixedOptions(m_folder / "spilled.oscope.h5");
  options.microBatch = 1;
  const auto backend = cpuBackend(1);
  // The smallest promise that can be kept leaves no room for all states. It counts what is resident already, which
  // grows a little from one estimate to the next: try until it holds.
  std::optional<calibration::CalibrateReport> report;
  for (int attempt = 0; !report && attempt < 20; ++attempt) {
    options.memoryBytes = 1;
    const auto tight = calibration::estimateCalibration(m_model, m_data, options, *backend);
    ASSERT_FALSE(tight.problems.empty());
    options.memoryBytes = tight.peakMemory + 4096;
    try {
      report = calibrateModel(m_model, m_data, options);
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::OutOfMemory);
    }
  }
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->estimate.spilled);
  EXPECT_EQ(report->contentHash, hash);
}

TEST_F(Determinism, OtherInputsGiveOtherHashes) {
  const std::string hash = hashOf(2, 1);
  calibration::CalibrateOptions options = fixedOptions(m_folder / "a.oscope.h5");
  options.seed = 8;  // draws other rows
  EXPECT_NE(calibrateModel(m_model, m_data, options).contentHash, hash);
  m_data.ids[30] ^= 1;
  EXPECT_NE(hashOf(2, 1), hash);
}

TEST_F(Determinism, ShardsMergeIntoTheSnapshotOfTheUnion) {
  const std::string whole = hashOf(3, 2);
  std::vector<std::filesystem::path> shards;
  for (const auto& [first, samples] : {std::pair{0, 3}, std::pair{3, 1}, std::pair{4, 3}}) {
    const auto data = randomData(samples, 20, m_model.graph.vocabulary, first);
    shards.push_back(m_folder / ("shard" + std::to_string(first) + ".h5"));
    calibrateModel(m_model, data, fixedOptions(shards.back()));
  }
  EXPECT_EQ(stats::mergeSnapshots(shards, m_folder / "merged.oscope.h5", JobContext{}), whole);
}

TEST_F(Determinism, TheSnapshotVerifiesAndTheWorkFolderIsGone) {
  hashOf(2, 1);
  EXPECT_NO_THROW(stats::openSnapshot(m_folder / "a.oscope.h5", true));
  EXPECT_FALSE(std::filesystem::exists(m_folder / "a.oscope.h5.work"));
}

}  // namespace
}  // namespace oscope::test
