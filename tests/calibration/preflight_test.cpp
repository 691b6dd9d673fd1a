// Before the start: what doesn't fit names its option and the value that would, and that value does fit.
#include "analysis/calibration/preflight.h"

#include <gtest/gtest.h>

#include <fstream>

#include "analysis/calibration/interrupted_run.h"
#include "analysis/calibration/run_plan.h"
#include "analysis/compute/backend_registry.h"
#include "tests/calibration/calibration_runs.h"
#include "tests/support/expect_error.h"

namespace oscope::test {
namespace {

using calibration::DatasetOptions;
using calibration::Preflight;
using calibration::RunOption;

class PreflightTest : public testing::Test {
 protected:
  PreflightTest() {
    m_data.source = DatasetOptions::Source::Text;
    m_data.file = "resources/sample/calib.txt";
    m_data.samples = 4;
    m_data.length = 32;
    m_options.output = m_folder / "run.oscope.h5";
    m_options.durableSeconds = 0;
  }
  Preflight preflight() { return calibration::preflightCalibration(m_model, m_data, m_options, *m_backend, {}); }
  /// The one problem there is.
  calibration::RunProblem problem() {
    const Preflight result = preflight();
    EXPECT_EQ(result.problems.size(), 1u);
    EXPECT_FALSE(result.problems.at(0).problem.remedy.empty());
    return result.problems.at(0);
  }

  const ScratchFolder m_folder;
  const model::OpenedModel m_model = model::openModel("resources/sample/model");
  const std::unique_ptr<compute::Backend> m_backend = cpuBackend(1);
  DatasetOptions m_data;
  calibration::CalibrateOptions m_options;
};

TEST_F(PreflightTest, WhatFitsComesWithTokensAndAnEstimate) {
  const Preflight result = preflight();
  EXPECT_TRUE(result.fits());
  EXPECT_EQ(result.data->dataset.samples, 4);
  EXPECT_EQ(result.fileBytes, std::filesystem::file_size(m_data.file));
  EXPECT_GT(result.estimate.peakMemory, 0u);
  EXPECT_FALSE(std::filesystem::exists(calibration::WorkFolder::pathFor(m_options.output)));
}

TEST_F(PreflightTest, TooManySamplesNameTheNumberThereIs) {
  m_data.samples = 1'000'000;
  const auto found = problem();
  EXPECT_EQ(found.option, RunOption::Samples);
  m_data.samples = static_cast<std::int64_t>(found.fitting.value());
  EXPECT_TRUE(preflight().fits());
  ++m_data.samples;
  EXPECT_FALSE(preflight().fits());
}

TEST_F(PreflightTest, TokensToEvaluateOnAreCheckedAlone) {
  m_options.output = "/nowhere/run.oscope.h5";  // nothing is written
  EXPECT_TRUE(calibration::preflightEvaluation(m_model, m_data, {}).fits());
  m_data.samples = 1'000'000;
  EXPECT_EQ(calibration::preflightEvaluation(m_model, m_data, {}).problems.at(0).option, RunOption::Samples);
}

TEST_F(PreflightTest, RowsOfATokenFileDecideTheLength) {
  m_data.source = DatasetOptions::Source::Tokens;
  m_data.file = m_folder / "rows.json";
  std::ofstream(m_data.file) << "[[5, 6, 7], [8, 9, 10], [11, 12, 13], [5, 5, 5]]";
  const auto found = problem();
  EXPECT_EQ(found.option, RunOption::Length);
  EXPECT_EQ(found.fitting, 3u);
}

TEST_F(PreflightTest, TooLittleMemoryNamesWhatWouldDo) {
  m_options.memoryBytes = std::uint64_t{1} << 20;
  const auto found = problem();
  EXPECT_EQ(found.option, RunOption::Memory);
  m_options.memoryBytes = found.fitting.value();
  EXPECT_TRUE(preflight().fits());
}

TEST_F(PreflightTest, MissingFilesAndFoldersBelongToTheirOption) {
  m_data.file = "/nowhere/text.txt";
  EXPECT_EQ(problem().option, RunOption::File);
  m_data.file = "resources/sample/calib.txt";
  m_options.output = "/nowhere/run.oscope.h5";
  EXPECT_EQ(problem().option, RunOption::Output);
  m_options.output = m_folder.path();
  EXPECT_EQ(problem().option, RunOption::Output) << "a folder is no file to write";
}

TEST_F(PreflightTest, AnInterruptedRunSaysWhatItWasAboutAndGoesOn) {
  EXPECT_FALSE(calibration::findInterruptedRun(m_options.output).has_value());
  const auto loaded = calibration::loadData(m_data, m_model.folder, m_model.graph.vocabulary);
  m_options.memoryBytes = std::uint64_t{2} << 30;
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  int announced = 0;
  const auto run = [&](const calibration::CalibrateOptions& options, const calibration::BlockSink& sink) {
    return calibration::calibrate(m_model, loaded.dataset, loaded.tokenizer.get(), options, *m_backend, context, sink);
  };
  EXPECT_THROW(run(m_options,
                   [&](const calibration::BlockDone& done) {
                     EXPECT_EQ(done.block, announced++);
                     EXPECT_EQ(done.ranges.size(), 4u);
                     EXPECT_GT(done.ranges.front().range, 0);
                     if (announced == 2) stop.request_stop();
                   }),
               Cancelled);

  const auto found = calibration::findInterruptedRun(m_options.output);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->finishedBlocks, 2);
  EXPECT_EQ(found->data.source, DatasetOptions::Source::Text);
  EXPECT_TRUE(std::filesystem::equivalent(found->data.file, m_data.file));
  EXPECT_EQ(found->data.samples, 4);
  EXPECT_EQ(found->data.length, 32);
  EXPECT_EQ(found->options.memoryBytes, m_options.memoryBytes);
  EXPECT_EQ(found->modelFingerprint, m_model.weights->fingerprint());
  EXPECT_EQ(found->device, "cpu");

  context.stop = {};
  std::vector<bool> resumed;
  const auto report = run(found->options, [&](const auto& done) { resumed.push_back(done.resumed); });
  EXPECT_EQ(report.resumedBlocks, 2);
  ASSERT_EQ(resumed.size(), m_model.graph.blocks.size());
  EXPECT_TRUE(resumed[1]);
  EXPECT_FALSE(resumed[2]);
  EXPECT_FALSE(calibration::findInterruptedRun(m_options.output).has_value());
}

TEST_F(PreflightTest, ADiscardedRunLeavesNothing) {
  const std::filesystem::path work = calibration::WorkFolder::pathFor(m_options.output);
  calibration::WorkFolder(m_options.output, {{"job", 1}}, false);
  EXPECT_TRUE(std::filesystem::exists(work));
  calibration::discardInterruptedRun(m_options.output);
  EXPECT_FALSE(std::filesystem::exists(work));
  calibration::discardInterruptedRun(m_options.output);  // nothing there: nothing to do
}

TEST(DurableInterval, GrowsWithWhatAStateCosts) {
  EXPECT_EQ(calibration::durableInterval(30, 0.1), 30);
  EXPECT_DOUBLE_EQ(calibration::durableInterval(30, 17), 340) << "a twentieth of the time";
  EXPECT_EQ(calibration::durableInterval(0, 17), 0) << "after every block, whatever it costs";
}

}  // namespace
}  // namespace oscope::test
