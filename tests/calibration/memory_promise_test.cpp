// --memory is a promise: held where it can be, refused beforehand where it can't.
#include <gtest/gtest.h>

#include "tests/calibration/calibration_runs.h"
#include "tests/calibration/kill_runs.h"
#include "tests/support/expect_error.h"

namespace oscope::test {
namespace {

constexpr int kMebibyte = 1 << 20;
/// Room for everything but the hidden states.
constexpr int kTightMebibytes = 190;

class MemoryPromise : public testing::Test {
 protected:
  MemoryPromise() { writeRandomCheckpoint(m_folder / "model", {.blocks = 2}); }

  ChildResult run(const std::string& output, int memoryMib) {
    // 3,000 samples of 64 tokens: hidden states of 49 MB, and little arithmetic.
    return runChild({(m_folder / "model").string(), (m_folder / output).string(), "3000", "64", "2",
                     std::to_string(memoryMib), "1000"},
                    -1);
  }

  const ScratchFolder m_folder;
};

TEST_F(MemoryPromise, IsKeptBySpilling) {
  const ChildResult roomy = run("roomy.h5", 4096), tight = run("tight.h5", kTightMebibytes);
  ASSERT_EQ(roomy.status, 0);
  ASSERT_EQ(tight.status, 0);
  EXPECT_EQ(roomy.words.at(3), "0");
  EXPECT_EQ(tight.words.at(3), "1");
  EXPECT_EQ(tight.words.at(0), roomy.words.at(0));
  const std::int64_t peak = std::stoll(tight.words.at(1));
  RecordProperty("peak_mebibytes", static_cast<int>(peak / kMebibyte));
  EXPECT_LE(peak, std::int64_t{kTightMebibytes} * kMebibyte);
  EXPECT_LE(std::stoll(roomy.words.at(1)), std::int64_t{4096} * kMebibyte);
}

TEST_F(MemoryPromise, IsKeptByGramMatricesInScratchFiles) {
  // Gram matrices of 70 MB (ffn_mid) beside next to nothing else.
  writeRandomCheckpoint(m_folder / "wide", {.ffn = 4096, .blocks = 1});
  const auto run = [&](const std::string& output, int memoryMib) {
    return runChild({(m_folder / "wide").string(), (m_folder / output).string(), "24", "32", "2",
                     std::to_string(memoryMib), "1000", "gram"},
                    -1);
  };
  const ChildResult roomy = run("roomy.h5", 4096), tight = run("tight.h5", kTightMebibytes);
  ASSERT_EQ(roomy.status, 0);
  ASSERT_EQ(tight.status, 0);
  EXPECT_EQ(roomy.words.at(5), "0");
  EXPECT_EQ(tight.words.at(5), "1");
  EXPECT_EQ(tight.words.at(0), roomy.words.at(0));
  const std::int64_t peak = std::stoll(tight.words.at(1));
  RecordProperty("peak_mebibytes", static_cast<int>(peak / kMebibyte));
  EXPECT_LE(peak, std::int64_t{kTightMebibytes} * kMebibyte);
  const auto a = stats::openSnapshot(m_folder / "roomy.h5"), b = stats::openSnapshot(m_folder / "tight.h5");
  for (const stats::SiteStats& site : a->sites()) {  // outside of the hash
    EXPECT_EQ(compute::valuesOf(*a->gram(site.id)), compute::valuesOf(*b->gram(site.id))) << toString(site.id);
  }
}

TEST_F(MemoryPromise, RefusalNamesAValueThatFits) {
  const model::OpenedModel model = model::openModel(m_folder / "model");
  const auto data = randomData(100, 64, model.graph.vocabulary);
  auto options = fixedOptions(m_folder / "a.h5");
  options.microBatch = 0;
  options.memoryBytes = 10 * kMebibyte;
  const Error error = errorOf([&] { calibrateModel(model, data, options); });
  EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
  EXPECT_FALSE(std::filesystem::exists(m_folder / "a.h5.work"));
  const std::string& remedy = error.remedy();
  const auto digits = remedy.find_first_of("0123456789");
  ASSERT_NE(digits, std::string::npos) << remedy;
  // A little more than it named: this process may have grown meanwhile.
  options.memoryBytes = (std::stoull(remedy.substr(digits)) + 4) * kMebibyte;
  EXPECT_NO_THROW(calibrateModel(model, data, options));
}

TEST_F(MemoryPromise, EstimateIsMadeFromHeaders) {
  const model::OpenedModel model = model::openModel(m_folder / "model");
  const auto data = randomData(10, 64, model.graph.vocabulary);
  auto options = fixedOptions(m_folder / "a.h5");
  const auto backend = cpuBackend(1);
  const auto estimate = calibration::estimateCalibration(model, data, options, *backend);
  EXPECT_TRUE(estimate.problems.empty());
  EXPECT_EQ(estimate.hiddenBytes, 10u * 64 * 64 * 4);
  // q, o [64, 64]; k, v [32, 64]; gate, up, down [96, 64]; two norms [64]: float32.
  EXPECT_EQ(estimate.weightsPerBlock, 4u * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 96 * 64 + 2 * 64));
  EXPECT_DOUBLE_EQ(estimate.flops, 2.0 * 640 * (2.0 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 96 * 64) + 2.0 * 64 * 64));
  EXPECT_GT(estimate.seconds.value(), 0);
  EXPECT_LE(estimate.peakMemory, estimate.promisedMemory);
  const auto report = calibrateModel(model, data, options);
  const auto written = std::filesystem::file_size(report.snapshot);
  EXPECT_GT(estimate.snapshotBytes, written / 4);
}

}  // namespace
}  // namespace oscope::test
