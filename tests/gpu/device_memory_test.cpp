// The CUDA backend without memory, in the middle of a calibration: fewer sequences at a time, and the identical result.
#include "tests/gpu/emulation/device_memory.h"

#include <gtest/gtest.h>

#include "analysis/calibration/calibrate.h"
#include "tests/gpu/device_under_test.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_checkpoint.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

TEST(DeviceMemory, RunningOutAnywhereChangesNoBit) {
  const ScratchFolder folder;
  RandomShape shape;
  shape.blocks = 2;
  shape.dtype = DType::BF16;
  writeRandomCheckpoint(folder / "model", shape);
  const model::OpenedModel model = model::openModel(folder / "model");
  calibration::Dataset data;
  data.samples = 4;
  data.length = 6;
  data.source = "random";
  for (int i = 0; i < 24; ++i) data.ids.push_back(i * 37 % 96);
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

}  // namespace
}  // namespace oscope::test
