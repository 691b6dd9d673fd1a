// What a calibration does differently on a device: weights come in ahead, hidden states stay there while they fit,
// facts from the weights are gathered beside. The statistics are those of the host.
#include <gtest/gtest.h>

#include "tests/calibration/calibration_runs.h"
#include "tests/support/expect_error.h"
#include "tests/support/forwarding_backend.h"

namespace oscope::test {
namespace {

/// Computes on the host and says that it is a device with `freeBytes` of memory.
class PretendedDevice : public ForwardingBackend {
 public:
  explicit PretendedDevice(std::uint64_t freeBytes) : ForwardingBackend(cpuBackend(1)), m_freeBytes(freeBytes) {}

  compute::DeviceInfo info() const override {
    compute::DeviceInfo info;
    info.id = "pretended:0";
    info.freeBytes = info.memoryBytes = m_freeBytes;
    return info;
  }
  compute::WeightPtr prepareWeight(const compute::HostTensor& weight) override {
    if (!failingWeight.empty() && weight.name.find(failingWeight) != std::string::npos) {
      failingWeight.clear();
      throw Error(ErrorCode::OutOfMemory, "pretended", "no memory for " + weight.name);
    }
    prepared.push_back(weight.name);
    return ForwardingBackend::prepareWeight(weight);
  }
  Tensor allocate(DType dtype, std::int64_t rows, std::int64_t cols) override {
    if (rows == refusedRows) throw Error(ErrorCode::OutOfMemory, "pretended", "no memory");
    return ForwardingBackend::allocate(dtype, rows, cols);
  }
  void gate(compute::Activation act, const Tensor& gate, Tensor& up) override {
    if (failingKernel) throw Error(ErrorCode::Device, "gate", "an illegal memory access");
    ForwardingBackend::gate(act, gate, up);
  }
  void accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const Layout& layout,
                  std::int64_t firstToken) override {
    if (failingSite) throw Error(ErrorCode::Device, "observe", "an illegal memory access");
    ForwardingBackend::accumulate(accumulator, x, layout, firstToken);
  }

  std::vector<std::string> prepared;  ///< weights in the order of their upload
  std::string failingWeight;          ///< part of a name: no memory, the first time
  std::int64_t refusedRows = -1;      ///< there is no memory for a tensor of so many
  bool failingKernel = false, failingSite = false;

 private:
  std::uint64_t m_freeBytes;
};

class DeviceRun : public testing::Test {
 protected:
  calibration::CalibrateReport run(PretendedDevice& device) {
    return calibration::calibrate(m_model, m_data, nullptr, fixedOptions(m_folder / "device.h5"), device, JobContext{});
  }
  std::string hostHash() {
    const auto backend = cpuBackend(1);
    return calibration::calibrate(m_model, m_data, nullptr, fixedOptions(m_folder / "host.h5"), *backend, JobContext{})
        .contentHash;
  }

  const ScratchFolder m_folder;
  const model::OpenedModel m_model = openRandomModel(m_folder / "model");
  const calibration::Dataset m_data = randomData(11, 16, m_model.graph.vocabulary);
};

TEST_F(DeviceRun, HiddenStatesStayOnTheDeviceWhileTheyFit) {
  const std::string hash = hostHash();
  PretendedDevice roomy(std::uint64_t{1} << 30);
  const auto onDevice = run(roomy);
  EXPECT_TRUE(onDevice.estimate.hiddenOnDevice);
  EXPECT_EQ(onDevice.contentHash, hash);

  // A budget of nine tenths that all but the hidden states fit into.
  const std::uint64_t without = onDevice.estimate.deviceMemory - onDevice.estimate.hiddenBytes;
  PretendedDevice narrow((without + onDevice.estimate.hiddenBytes / 2) * 10 / 9);
  const auto onHost = run(narrow);
  EXPECT_FALSE(onHost.estimate.hiddenOnDevice);
  EXPECT_LE(onHost.estimate.deviceMemory, onHost.estimate.deviceBudget);
  EXPECT_EQ(onHost.contentHash, hash);
}

TEST_F(DeviceRun, MicroBatchFollowsFromFreeMemory) {
  auto options = fixedOptions(m_folder / "device.h5");
  options.microBatch = 0;
  const auto estimate = [&](std::uint64_t freeBytes) {
    PretendedDevice device(freeBytes);
    return calibration::estimateCalibration(m_model, m_data, options, device);
  };
  const auto roomy = estimate(std::uint64_t{1} << 30);
  ASSERT_EQ(roomy.microBatch, m_data.samples);
  const std::uint64_t perSample = roomy.workBytes / static_cast<std::uint64_t>(roomy.microBatch);
  const std::uint64_t fixed = roomy.deviceMemory - roomy.hiddenBytes - roomy.workBytes;
  const auto narrow = estimate((fixed + 6 * perSample) * 10 / 9);
  EXPECT_EQ(narrow.microBatch, 5);
  EXPECT_TRUE(narrow.problems.empty());
  const auto hopeless = estimate(fixed / 3);
  ASSERT_EQ(hopeless.problems.size(), 1u);
  EXPECT_EQ(hopeless.problems[0].code, "calibrate.device_memory");
}

TEST_F(DeviceRun, WeightsOfTheNextBlockComeInAhead) {
  PretendedDevice device(std::uint64_t{1} << 30);
  run(device);
  // Blocks 0 and 1 before the first block runs: then each block once, in order.
  std::vector<std::string> blocks;
  for (const std::string& name : device.prepared) {
    for (const char* block : {".0.", ".1.", ".2.", ".3."}) {
      if (name.find(block) != std::string::npos && (blocks.empty() || blocks.back() != block)) blocks.push_back(block);
    }
  }
  blocks.resize(m_model.graph.blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) EXPECT_EQ(blocks[i], "." + std::to_string(i) + ".");
}

TEST_F(DeviceRun, WithoutMemoryForTheNextBlockThingsGoOnOneByOne) {
  const std::string hash = hostHash();
  PretendedDevice device(std::uint64_t{1} << 30);
  device.failingWeight = ".1.";
  const auto report = run(device);
  EXPECT_EQ(report.contentHash, hash);
  EXPECT_TRUE(report.diagnostics.empty());
}

TEST_F(DeviceRun, HiddenStatesGoToAFileWhereTheDeviceIsFullAfterAll) {
  const std::string hash = hostHash();
  PretendedDevice device(std::uint64_t{1} << 30);
  device.refusedRows = m_data.samples * m_data.length;
  const auto report = run(device);
  EXPECT_TRUE(report.estimate.hiddenOnDevice);
  EXPECT_EQ(report.contentHash, hash);
}

TEST_F(DeviceRun, AnErrorOfTheDeviceNamesKernelBlockAndSite) {
  PretendedDevice kernel(std::uint64_t{1} << 30);
  kernel.failingKernel = true;
  const Error error = errorOf([&] { run(kernel); });
  EXPECT_EQ(error.code(), ErrorCode::Device);
  EXPECT_EQ(error.where(), "blocks.0, gate");
  PretendedDevice site(std::uint64_t{1} << 30);
  site.failingSite = true;
  EXPECT_EQ(errorOf([&] { run(site); }).where(), "blocks.0.attn_in, observe");
}

}  // namespace
}  // namespace oscope::test
