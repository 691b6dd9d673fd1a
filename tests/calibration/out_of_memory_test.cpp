// Where a device runs out of memory, the micro-batch is halved and nothing is counted twice.
#include <gtest/gtest.h>

#include "tests/calibration/calibration_runs.h"
#include "tests/calibration/scarce_backend.h"
#include "tests/support/expect_error.h"

namespace oscope::test {
namespace {

class OutOfMemory : public testing::Test {
 protected:
  calibration::CalibrateReport run(const std::function<bool(const std::string&, std::int64_t)>& runsOut) {
    ScarceBackend backend(cpuBackend(1), runsOut);
    auto options = fixedOptions(m_folder / "a.h5");
    options.microBatch = 8;
    return calibration::calibrate(m_model, m_data, nullptr, options, backend, JobContext{});
  }
  std::string plainHash() {
    return run([](const std::string&, std::int64_t) { return false; }).contentHash;
  }

  const ScratchFolder m_folder;
  const model::OpenedModel m_model = openRandomModel(m_folder / "model");
  const calibration::Dataset m_data = randomData(11, 16, m_model.graph.vocabulary);
};

TEST_F(OutOfMemory, InAnyOpHalvesTheBatchUntilItFits) {
  const std::string hash = plainHash();
  for (const char* scarce : {"allocate", "linear", "add", "accumulate"}) {
    // Room for three samples: 8 -> 4 -> 2. The estimate's own product of 256 rows comes before.
    const auto report = run([&](const std::string& op, std::int64_t rows) {
      return op == scarce && rows > 3 * m_data.length && rows <= 8 * m_data.length;
    });
    EXPECT_EQ(report.contentHash, hash) << scarce;
    EXPECT_EQ(report.diagnostics.size(), 2u) << scarce;
  }
}

TEST_F(OutOfMemory, InTheMiddleOfABlockCountsNothingTwice) {
  const std::string hash = plainHash();
  // Every op in turn fails once, on the way through all blocks.
  for (int failing = 3; failing < 60; failing += 4) {
    int calls = 0;
    const auto report = run([&](const std::string&, std::int64_t) { return ++calls == failing + 4; });
    EXPECT_EQ(report.contentHash, hash) << "op " << failing;
  }
}

TEST_F(OutOfMemory, ForASingleSampleIsAnError) {
  const Error error = errorOf(
      [&] { run([&](const std::string& op, std::int64_t rows) { return op == "add" && rows <= 8 * m_data.length; }); });
  EXPECT_EQ(error.code(), ErrorCode::OutOfMemory);
  EXPECT_FALSE(std::filesystem::exists(m_folder / "a.h5"));
}

}  // namespace
}  // namespace oscope::test
