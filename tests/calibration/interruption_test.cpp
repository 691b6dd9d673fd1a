// Killed, cancelled, out of disk: the work folder goes on with the identical result.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "tests/calibration/calibration_runs.h"
#include "tests/calibration/kill_runs.h"
#include "tests/support/expect_error.h"

namespace oscope::test {
namespace {

using Clock = std::chrono::steady_clock;

TEST(Interruption, KilledRunsResumeWithEveryBlockDurable) {
  const ScratchFolder folder;
  expectSameHashAfterKills(folder.path(), 4, 0, 11);
}

TEST(Interruption, KilledRunsReplayBlocksThatWereNotDurable) {
  const ScratchFolder folder;
  expectSameHashAfterKills(folder.path(), 4, 1e6, 12);
}

class Interrupted : public testing::Test {
 protected:
  std::string referenceHash() {
    return calibrateModel(m_model, m_data, fixedOptions(m_folder / "reference.h5")).contentHash;
  }

  /// Stops a run after `windows` reports of progress.
  void interrupt(const calibration::CalibrateOptions& options, int windows) {
    std::stop_source stop;
    JobContext context;
    context.stop = stop.get_token();
    context.progress = [&](const Progress& progress) {
      if (progress.done >= windows) stop.request_stop();
    };
    EXPECT_THROW(calibrateModel(m_model, m_data, options, 1, context), Cancelled);
    EXPECT_FALSE(std::filesystem::exists(options.output));
  }

  const ScratchFolder m_folder;
  const model::OpenedModel m_model = openRandomModel(m_folder / "model", {.blocks = 5});
  const calibration::Dataset m_data = randomData(6, 32, m_model.graph.vocabulary);
};

TEST_F(Interrupted, CancelledRunsResumeAtEveryPoint) {
  const std::string hash = referenceHash();
  for (const int windows : {1, 6, 7, 13, 20, 29}) {
    const auto options = fixedOptions(m_folder / "run.h5");
    interrupt(options, windows);
    const auto report = calibrateModel(m_model, m_data, options, 2);
    EXPECT_EQ(report.contentHash, hash) << windows;
    EXPECT_EQ(report.resumedBlocks, (windows - 1) / 6) << windows;
    std::filesystem::remove(options.output);
  }
}

TEST_F(Interrupted, AnotherJobIsRefusedUnlessRestarted) {
  auto options = fixedOptions(m_folder / "run.h5");
  interrupt(options, 14);
  options.seed = 99;
  const Error error = errorOf([&] { calibrateModel(m_model, m_data, options); });
  EXPECT_EQ(error.code(), ErrorCode::Mismatch);
  EXPECT_NE(error.text().find("seed"), std::string::npos) << error.what();
  EXPECT_NE(error.remedy().find("--restart"), std::string::npos);
  options.restart = true;
  EXPECT_EQ(calibrateModel(m_model, m_data, options).resumedBlocks, 0);
}

TEST_F(Interrupted, ForeignFilesInTheWorkFolderAreNotTouched) {
  auto options = fixedOptions(m_folder / "run.h5");
  std::filesystem::create_directories(m_folder / "run.h5.work");
  writeJsonFile(m_folder / "run.h5.work/thesis.json", {{"years", 3}});
  options.restart = true;
  EXPECT_EQ(errorOf([&] { calibrateModel(m_model, m_data, options); }).code(), ErrorCode::Mismatch);
  EXPECT_TRUE(std::filesystem::exists(m_folder / "run.h5.work/thesis.json"));
}

TEST_F(Interrupted, DamagedBlockFileIsAClearError) {
  auto options = fixedOptions(m_folder / "run.h5");
  interrupt(options, 20);
  std::filesystem::resize_file(m_folder / "run.h5.work/block-001.h5", 3000);
  const Error error = errorOf([&] { calibrateModel(m_model, m_data, options); });
  EXPECT_NE(std::string(error.what()).find("block-001.h5"), std::string::npos) << error.what();
  EXPECT_FALSE(std::filesystem::exists(options.output));
}

TEST_F(Interrupted, FullDiskIsOneErrorAndTheRunGoesOnLater) {
  const std::string hash = referenceHash();
  const auto options = fixedOptions(m_folder / "run.h5");
  interrupt(options, 14);
  // A limit on file sizes fails writes as a full disk does: hidden states (49 kB) still fit, block files don't.
  const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{60000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  ErrorCode code = ErrorCode::Internal;
  try {
    calibrateModel(m_model, m_data, options);
  } catch (const Error& error) {
    code = error.code();
  }
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, oldHandler);
  EXPECT_EQ(code, ErrorCode::DiskFull);
  EXPECT_FALSE(std::filesystem::exists(options.output));
  const auto report = calibrateModel(m_model, m_data, options);
  EXPECT_EQ(report.contentHash, hash);
  EXPECT_EQ(report.resumedBlocks, 2);
}

TEST(Cancelling, TakesLessThanASecond) {
  constexpr double kLimitSeconds = 1.0;
  const ScratchFolder folder;
  RandomShape shape;
  shape.hidden = 1024;
  shape.ffn = 2816;
  shape.heads = 16;
  shape.blocks = 1;
  shape.dtype = DType::BF16;
  const model::OpenedModel model = openRandomModel(folder / "model", shape);
  const auto data = randomData(64, 512, model.graph.vocabulary);
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  Clock::time_point asked;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    asked = Clock::now();
    stop.request_stop();
  });
  auto options = fixedOptions(folder / "run.h5");
  options.microBatch = 0;
  EXPECT_THROW(calibrateModel(model, data, options, 2, context), Cancelled);
  EXPECT_LT(std::chrono::duration<double>(Clock::now() - asked).count(), kLimitSeconds);
}

}  // namespace
}  // namespace oscope::test
