// Gram matrices in scratch files: stopped, without disk, and on backends that can't.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "analysis/calibration/observer_registry.h"
#include "tests/calibration/calibration_runs.h"
#include "tests/support/expect_error.h"
#include "tests/support/forwarding_backend.h"

namespace oscope::test {
namespace {

class GramSpill : public testing::Test {
 protected:
  /// Options with which hidden states or not, Gram matrices (37 MB of a block) lie on disk.
  calibration::CalibrateOptions spilling(const std::string& output) {
    calibration::CalibrateOptions options = fixedOptions(m_folder / output);
    options.observers = calibration::defaultObservers();
    options.observers.emplace_back("gram");
    options.memoryBytes = 1;
    const auto least = calibration::estimateCalibration(m_model, m_data, options, *m_backend);
    EXPECT_TRUE(least.gramSpilled);
    options.memoryBytes = least.peakMemory + least.gramBytes / 2;
    return options;
  }

  /// Gram matrices of the whole snapshot, by site.
  static std::vector<std::vector<double>> gramsOf(const std::filesystem::path& path) {
    const auto snapshot = stats::openSnapshot(path, true);
    std::vector<std::vector<double>> grams;
    for (const stats::SiteStats& site : snapshot->sites()) {
      grams.push_back(compute::valuesOf(*snapshot->gram(site.id)));
    }
    return grams;
  }

  std::vector<std::vector<double>> referenceGrams() {
    auto options = spilling("reference.h5");
    options.memoryBytes = std::uint64_t{8} << 30;
    EXPECT_FALSE(calibrateModel(m_model, m_data, options).estimate.gramSpilled);
    return gramsOf(options.output);
  }

  const ScratchFolder m_folder;
  const model::OpenedModel m_model = openRandomModel(m_folder / "model", {.ffn = 3000, .blocks = 2});
  const calibration::Dataset m_data = randomData(5, 16, m_model.graph.vocabulary);
  const std::unique_ptr<compute::Backend> m_backend = cpuBackend(1);
};

TEST_F(GramSpill, AStoppedRunLeavesNoScratchFileAndGoesOnWithTheSameMatrices) {
  const auto options = spilling("run.h5");
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  context.progress = [&](const Progress& progress) {
    if (progress.done >= 8) stop.request_stop();
  };
  EXPECT_THROW(calibrateModel(m_model, m_data, options, 1, context), Cancelled);
  for (const auto& entry : std::filesystem::directory_iterator(options.output.string() + ".work")) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("scratch")) << entry.path();
  }
  const auto report = calibrateModel(m_model, m_data, options);
  EXPECT_TRUE(report.estimate.gramSpilled);
  EXPECT_EQ(report.resumedBlocks, 1);
  EXPECT_EQ(gramsOf(options.output), referenceGrams());
}

TEST_F(GramSpill, NeedsDiskInsteadOfMemory) {
  auto options = spilling("run.h5");
  const auto tight = calibration::estimateCalibration(m_model, m_data, options, *m_backend);
  options.memoryBytes = std::uint64_t{8} << 30;
  const auto roomy = calibration::estimateCalibration(m_model, m_data, options, *m_backend);
  EXPECT_TRUE(tight.gramSpilled);
  EXPECT_FALSE(roomy.gramSpilled);
  EXPECT_EQ(tight.diskBytes, roomy.diskBytes + roomy.gramBytes);
  EXPECT_TRUE(tight.problems.empty());
}

TEST_F(GramSpill, AFullDiskIsOneClearErrorAndTheRunGoesOnLater) {
  const auto options = spilling("run.h5");
  // A limit on file sizes fails writes as a full disk does: hidden states (20 kB) still fit, the matrices don't.
  const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{100000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Error error = errorOf([&] { calibrateModel(m_model, m_data, options); });
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, oldHandler);
  EXPECT_EQ(error.code(), ErrorCode::DiskFull);
  EXPECT_NE(error.text().find("Gram matrices"), std::string::npos) << error.what();
  EXPECT_FALSE(error.remedy().empty());
  calibrateModel(m_model, m_data, options);
  EXPECT_EQ(gramsOf(options.output), referenceGrams());
}

/// A device as far as the estimate can see.
class DeviceLike final : public ForwardingBackend {
 public:
  using ForwardingBackend::ForwardingBackend;
  compute::DeviceInfo info() const override {
    compute::DeviceInfo info = ForwardingBackend::info();
    info.id = "gpu:0";
    info.threads = 0;
    info.freeBytes = std::uint64_t{1} << 30;
    return info;
  }
};

TEST_F(GramSpill, IsNotOfferedOnADevice) {
  auto options = spilling("run.h5");
  DeviceLike device(cpuBackend(1));
  options.memoryBytes = 1;
  const auto refused = calibration::estimateCalibration(m_model, m_data, options, device);
  EXPECT_FALSE(refused.gramSpilled);
  ASSERT_EQ(refused.problems.size(), 1u);
  EXPECT_EQ(refused.problems[0].code, "calibrate.memory");
  // Whole matrices on the device, where the CPU keeps the tiles of one triangle: [64]^2 * 2 + [64]^2 + [3000]^2.
  EXPECT_EQ(refused.gramBytes, (3u * 64 * 64 + 3000u * 3000) * 8);
}

}  // namespace
}  // namespace oscope::test
