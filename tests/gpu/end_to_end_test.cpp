// The whole way on a GPU and on the CPU: the same plan, the same int4 codes but for ties, perplexities that agree.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <stop_token>

#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/work_folder.h"
#include "analysis/compute/cpu_backend.h"
#include "analysis/stats/hdf5_store.h"
#include "quant/export/export_registry.h"
#include "quant/policy/plan.h"
#include "quant/transform/quantize_block.h"
#include "quant/verify/verify.h"
#include "tests/compute/tolerances.h"
#include "tests/gpu/activation_plans.h"
#include "tests/gpu/device_under_test.h"
#include "tests/support/host_backend.h"
#include "tests/support/random_checkpoint.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

using compute::MatmulPrecision;

/// A model folder, and how much of it an emulated device bears.
struct Subject {
  std::string name;
  std::filesystem::path folder;
  std::int64_t samples, length;
};

class EndToEnd : public testing::Test {
 protected:
  void SetUp() override {
    if (!m_device.whyAbsent.empty()) GTEST_SKIP() << m_device.whyAbsent;
  }

  std::vector<Subject> subjects() const {
    if (m_device.emulated) {
      RandomShape shape;
      shape.dtype = DType::BF16;
      shape.hidden = 128;
      shape.ffn = 128;
      writeRandomCheckpoint(m_folder / "random", shape);
      return {{"random", m_folder / "random", 3, 12}};
    }
    std::vector<Subject> all{{"sample", "resources/sample/model", 32, 128}};
    if (const auto root = testDataRoot()) {
      for (const auto& entry : std::filesystem::directory_iterator(*root / "models")) {
        all.push_back({entry.path().filename().string(), entry.path(), 16, 64});
      }
    }
    return all;
  }

  static calibration::Dataset tokens(const Subject& subject, const model::OpenedModel& model, std::int64_t seed) {
    calibration::Dataset data;
    data.samples = subject.samples;
    data.length = subject.length;
    data.source = "random";
    for (std::int64_t i = 0; i < data.samples * data.length; ++i) {
      const auto mixed = static_cast<std::uint64_t>(i + 1 + seed * 1000003) * 0x9E3779B97F4A7C15u;
      data.ids.push_back(static_cast<std::int32_t>((mixed >> 33) % static_cast<std::uint64_t>(model.graph.vocabulary)));
    }
    return data;
  }

  stats::SnapshotPtr calibrated(const Subject& subject, const model::OpenedModel& model, compute::Backend& backend,
                                const std::string& name) const {
    calibration::CalibrateOptions options;
    options.output = m_folder / (subject.name + "." + name + ".h5");
    calibration::calibrate(model, tokens(subject, model, 0), nullptr, options, backend, {});
    return stats::openSnapshot(options.output);
  }

  const DeviceUnderTest m_device = deviceUnderTest();
  const ScratchFolder m_folder;
  compute::CpuBackend m_cpu{0};
};

std::vector<quant::Policy> policies(const quant::Plan& plan) {
  std::vector<quant::Policy> all;
  for (const quant::SitePlan& site : plan.sites) all.push_back(site.policy);
  return all;
}

TEST_F(EndToEnd, PlansAndCodesAreThoseOfTheCpu) {
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(subject.name);
    const model::OpenedModel model = model::openModel(subject.folder);
    const auto device = m_device.make(MatmulPrecision::Full);
    const auto onDevice = calibrated(subject, model, *device, "device"),
               onCpu = calibrated(subject, model, m_cpu, "cpu");
    const quant::Plan a = makePlan(*onDevice, quant::defaultRecipe()), b = makePlan(*onCpu, quant::defaultRecipe());
    EXPECT_EQ(policies(a), policies(b));
    for (std::size_t i = 0; i < a.sites.size(); ++i) {
      EXPECT_NEAR(a.sites[i].range, b.sites[i].range, compute::test::kRangeTolerance * b.sites[i].range);
    }
    std::int64_t codes = 0, different = 0;
    for (const model::BlockGraph& block : model.graph.blocks) {
      const auto one = quantizeBlock(model.graph, block.index, *model.weights, *onDevice, a, test::hostBackend(), {});
      const auto two = quantizeBlock(model.graph, block.index, *model.weights, *onCpu, b, test::hostBackend(), {});
      for (std::size_t l = 0; l < one.linears.size(); ++l) {
        const auto& left = one.linears[l].weight.codes;
        const auto& right = two.linears[l].weight.codes;
        ASSERT_EQ(left.size(), right.size());
        codes += static_cast<std::int64_t>(left.size());
        for (std::size_t i = 0; i < left.size(); ++i) {
          if (left[i] == right[i]) continue;
          ++different;
          EXPECT_EQ(std::abs(left[i] - right[i]), 1) << one.linears[l].module;  // a tie that fell to the other side
        }
      }
    }
    EXPECT_LE(static_cast<double>(different), compute::test::kTieShare * static_cast<double>(codes));
  }
}

// The file of a block is written while the next one runs.
TEST_F(EndToEnd, AStoppedRunGoesOnFromTheBlocksThatItAnnounced) {
  const Subject subject = subjects().front();
  const model::OpenedModel model = model::openModel(subject.folder);
  const auto device = m_device.make(MatmulPrecision::Full);
  const std::string whole = calibrated(subject, model, *device, "whole")->contentHash();
  calibration::CalibrateOptions options;
  options.output = m_folder / "stopped.h5";
  options.durableSeconds = 0;
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  std::vector<int> announced;
  const auto onBlock = [&](const calibration::BlockDone& done) {
    announced.push_back(done.block);
    EXPECT_GT(calibration::WorkFolder::finishedBlocksOf(options.output), done.block);
    if (!done.resumed && done.block == 0) stop.request_stop();
  };
  device->setStopToken(stop.get_token());
  const auto data = tokens(subject, model, 0);
  EXPECT_THROW(calibration::calibrate(model, data, nullptr, options, *device, context, onBlock), Cancelled);
  EXPECT_LT(announced.size(), model.graph.blocks.size());
  device->setStopToken({});
  announced.clear();
  const auto report = calibration::calibrate(model, data, nullptr, options, *device, {}, onBlock);
  EXPECT_GE(report.resumedBlocks, 1);
  std::vector<int> all;
  for (const model::BlockGraph& block : model.graph.blocks) all.push_back(block.index);
  EXPECT_EQ(announced, all);
  EXPECT_EQ(report.contentHash, whole);
}

std::map<std::string, std::string> filesIn(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[std::filesystem::relative(entry.path(), folder)] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

TEST_F(EndToEnd, AnExportHasTheBytesOfTheCpus) {
  const quant::ExportFormat& format = quant::findExportFormat("ct-exact");
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(subject.name);
    const model::OpenedModel model = model::openModel(subject.folder);
    const auto device = m_device.make(MatmulPrecision::Full);
    const auto snapshot = calibrated(subject, model, m_cpu, "export");
    const quant::Plan plan = makePlan(*snapshot, quant::defaultRecipe());
    const auto exported = [&](compute::Backend& backend, const std::string& name) {
      quant::ExportOptions options;
      options.params = ParamSet(format.params());
      options.output = m_folder / (subject.name + "." + name);
      format.write({model, *snapshot, plan}, options, backend, {});
      return filesIn(options.output);
    };
    const auto one = exported(*device, "device"), two = exported(m_cpu, "cpu");
    EXPECT_GT(one.size(), 2u);
    EXPECT_TRUE(one == two);
  }
}

TEST_F(EndToEnd, EveryKindOfActivationVerifiesAsOnTheCpu) {
  for (const Subject& subject : subjects()) {
    const model::OpenedModel model = model::openModel(subject.folder);
    const auto device = m_device.make(MatmulPrecision::Full);
    const auto snapshot = calibrated(subject, model, m_cpu, "kinds");
    quant::VerifyOptions options;
    options.siteSamples = 1;
    options.staticBaseline = false;
    for (const quant::Plan& plan : activationPlans(*snapshot)) {
      SCOPED_TRACE(subject.name + ", " + plan.recipe.name + "; " + plan.sites.back().foldEdge);
      const auto one = verifyPlan(model, *snapshot, plan, tokens(subject, model, 1), options, *device, {});
      const auto two = verifyPlan(model, *snapshot, plan, tokens(subject, model, 1), options, m_cpu, {});
      EXPECT_NEAR(one.quantized.perplexity, two.quantized.perplexity,
                  compute::test::kPerplexityTolerance * two.quantized.perplexity);
      ASSERT_EQ(one.sites.size(), plan.sites.size());
      for (std::size_t s = 0; s < plan.sites.size(); ++s) {
        EXPECT_NEAR(one.sites[s].inputSqnrLocalDb, two.sites[s].inputSqnrLocalDb, 0.1) << toString(plan.sites[s].id);
      }
    }
  }
}

TEST_F(EndToEnd, PerplexitiesAgreeAfterFastCalibration) {
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(subject.name);
    const model::OpenedModel model = model::openModel(subject.folder);
    const auto device = m_device.make(MatmulPrecision::Fast);
    const auto onDevice = calibrated(subject, model, *device, "device"),
               onCpu = calibrated(subject, model, m_cpu, "cpu");
    const quant::Plan a = makePlan(*onDevice, quant::defaultRecipe()), b = makePlan(*onCpu, quant::defaultRecipe());
    EXPECT_EQ(policies(a), policies(b));
    quant::VerifyOptions options;
    options.siteSamples = 1;
    const auto windows = tokens(subject, model, 1);
    const auto one = verifyPlan(model, *onDevice, a, windows, options, *device, {});
    const auto two = verifyPlan(model, *onCpu, b, windows, options, m_cpu, {});
    constexpr double kShare = compute::test::kPerplexityTolerance;
    EXPECT_NEAR(one.floatPerplexity, two.floatPerplexity, kShare * two.floatPerplexity);
    EXPECT_NEAR(one.quantized.perplexity, two.quantized.perplexity, kShare * two.quantized.perplexity);
    for (const quant::SiteMeasure& site : one.sites) {
      for (const quant::LinearMeasure& linear : site.linears) {
        EXPECT_LT(linear.integerMaxRelative.value(), compute::test::kIntegerAgreement) << toString(site.id);
      }
    }
  }
}

}  // namespace
}  // namespace oscope::test
