// Memory of the CUDA backend: where a calibration or a verification runs out of it, fewer sequences at a time and the
// identical result; and how little comes back to the host.
#include "tests/gpu/emulation/device_memory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "analysis/calibration/calibrate.h"
#include "analysis/compute/cpu_backend.h"
#include "analysis/stats/hdf5_store.h"
#include "quant/policy/plan.h"
#include "quant/verify/agreement.h"
#include "quant/verify/model_error.h"
#include "tests/compute/tolerances.h"
#include "tests/gpu/activation_plans.h"
#include "tests/gpu/device_under_test.h"
#include "tests/gpu/emulation/cuda_emulation.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_checkpoint.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

model::OpenedModel smallModel(const ScratchFolder& folder) {
  RandomShape shape;
  shape.blocks = 2;
  shape.dtype = DType::BF16;
  writeRandomCheckpoint(folder / "model", shape);
  return model::openModel(folder / "model");
}

struct SmallModel {
  SmallModel() {
    data.samples = 4;
    data.length = 6;
    data.source = "random";
    for (int i = 0; i < 24; ++i) data.ids.push_back(i * 37 % 96);
  }
  const ScratchFolder folder;
  const model::OpenedModel opened = smallModel(folder);
  calibration::Dataset data;
};

TEST(DeviceMemory, RunningOutAnywhereChangesNoBit) {
  const SmallModel small;
  const auto& [folder, model, data] = small;
  const auto device = deviceUnderTest().make(compute::MatmulPrecision::Full);
  calibration::CalibrateOptions options;
  options.output = folder / "run.h5";
  options.microBatch = 4;
  const auto run = [&](std::int64_t failing) {
    options.restart = true;
    failDeviceAllocation(failing);
    const auto report = calibration::calibrate(model, data, nullptr, options, *device, {});
    failDeviceAllocation(-1);
    return report;
  };
  const std::string hash = run(-1).contentHash;
  int halved = 0, ended = 0;
  for (const std::int64_t failing : {25, 90, 170}) {
    try {
      const auto report = run(failing);
      EXPECT_EQ(report.contentHash, hash) << failing;
      for (const Diagnostic& diagnostic : report.diagnostics) halved += diagnostic.code == "calibrate.micro_batch";
    } catch (const Error& error) {  // before any sequence was there to leave out
      failDeviceAllocation(-1);
      EXPECT_EQ(error.code(), ErrorCode::OutOfMemory) << error.what();
      ++ended;
    }
  }
  EXPECT_GE(halved, 1);
  EXPECT_LE(ended, 1);
}

TEST(DeviceMemory, RunningOutInAVerificationChangesNoFigure) {
  const SmallModel small;
  const auto& [folder, model, data] = small;
  const auto device = deviceUnderTest().make(compute::MatmulPrecision::Full);
  calibration::CalibrateOptions calibrate;
  calibrate.output = folder / "run.h5";
  calibration::calibrate(model, data, nullptr, calibrate, *device, {});
  const stats::SnapshotPtr snapshot = stats::openSnapshot(calibrate.output);
  const quant::Plan plan = makePlan(*snapshot, quant::defaultRecipe());
  quant::VerifyOptions options;
  options.siteSamples = 1;
  options.staticBaseline = false;
  const auto run = [&](std::int64_t failing) {
    failDeviceAllocation(failing);
    quant::VerifyReport report = verifyPlan(model, *snapshot, plan, data, options, *device, {});
    failDeviceAllocation(-1);
    return report;
  };
  const auto figures = [](quant::VerifyReport report) {
    report.seconds = 0;
    report.diagnostics.clear();
    return quant::toJson(report).dump();
  };
  run(-1);  // pinned memory and tables that stay
  const std::int64_t before = deviceAllocations();
  const std::string expected = figures(run(-1));
  const std::int64_t all = deviceAllocations() - before;
  int halved = 0;
  for (std::int64_t failing = 0; failing < all; failing += 1 + all / 30) {
    SCOPED_TRACE(failing);
    quant::VerifyReport report;
    ASSERT_NO_THROW(report = run(failing)) << "an allocation that fails once ends nothing";
    EXPECT_EQ(figures(report), expected);
    halved += static_cast<int>(report.diagnostics.size());
  }
  EXPECT_GE(halved, 2);
}

// A kernel that can't be loaded in the middle of a site's reductions: tokens that were counted can't be counted again.
TEST(DeviceMemory, StatisticsThatWereBegunAreNotAddedTwice) {
  const SmallModel small;
  const auto& [folder, model, data] = small;
  const auto device = deviceUnderTest().make(compute::MatmulPrecision::Full);
  calibration::CalibrateOptions options;
  options.output = folder / "run.h5";
  options.microBatch = 4;
  failNextLaunch("addPartials");
  EXPECT_EQ(errorOf([&] { calibration::calibrate(model, data, nullptr, options, *device, {}); }).code(),
            ErrorCode::Device);
  const std::string resumed = calibration::calibrate(model, data, nullptr, options, *device, {}).contentHash;
  options.restart = true;
  EXPECT_EQ(calibration::calibrate(model, data, nullptr, options, *device, {}).contentHash, resumed);
}

TEST(DeviceMemory, WeightsThatNobodyWaitsForMakeRoom) {
  const auto device = deviceUnderTest().make(compute::MatmulPrecision::Full);
  holdUploads(true);
  std::vector<compute::WeightPtr> weights;
  for (const char* name : {"on its way", "behind it"}) {
    weights.push_back(device->prepareWeight(compute::makeHostTensor(name, std::vector<float>(64, 1.0f), {8, 8})));
  }
  waitForHeldUpload();
  weights.clear();
  failDeviceAllocation(0);
  const std::jthread later([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    holdUploads(false);
  });
  EXPECT_FALSE(device->allocate(DType::F32, 4, 4).empty());
  failDeviceAllocation(0);
  EXPECT_EQ(errorOf([&] { device->allocate(DType::F32, 4, 4); }).code(), ErrorCode::OutOfMemory)
      << "nothing is left to drop";
  failDeviceAllocation(-1);
}

// No logits, no outputs, no hidden states: nothing larger than a few numbers per token of a window.
TEST(DeviceMemory, AVerificationBringsBackFiguresAlone) {
  const SmallModel small;
  const auto& [folder, model, data] = small;
  compute::CpuBackend cpu(1);
  calibration::CalibrateOptions calibrate;
  calibrate.output = folder / "run.h5";
  calibration::calibrate(model, data, nullptr, calibrate, cpu, {});
  const stats::SnapshotPtr snapshot = stats::openSnapshot(calibrate.output);
  quant::VerifyOptions options;
  options.siteSamples = 2;
  const auto device = deviceUnderTest().make(compute::MatmulPrecision::Full);
  for (const quant::Plan& plan : activationPlans(*snapshot)) {
    SCOPED_TRACE(plan.sites.front().reason + "; " + plan.sites.back().foldEdge);
    const quant::Contender contender{
        "quantized", model.weights.get(),
        [&](int index) { return quantizeBlock(model.graph, index, *model.weights, *snapshot, plan, cpu, {}); }, true,
        0};
    largestCopyToHost();
    const auto compared = compareModels(model, {contender}, data, options, *device, {}, "verify");
    EXPECT_LE(largestCopyToHost(), static_cast<std::size_t>(data.length) * 5 * sizeof(double));
    ASSERT_EQ(compared.contenders[0].sites.size(), plan.sites.size());
    const auto worst = quant::largestIntegerDifference(compared.contenders[0].sites);
    const bool rowScales = plan.sites.front().activation.granularity != quant::ActivationPlan::Granularity::Cluster;
    EXPECT_EQ(worst.has_value(), rowScales) << "both arithmetics are compared where integers have a scale per token";
    EXPECT_LT(worst.value_or(0), compute::test::kIntegerAgreement);
  }
}

}  // namespace
}  // namespace oscope::test
