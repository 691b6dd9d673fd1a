// The stage on a small random model: refusals, progress, cancellation, equality with a verification of one plan.
#include "quant/compare/compare_methods.h"

#include <gmock/gmock.h>

#include "analysis/base/process_memory.h"
#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/observer_registry.h"
#include "analysis/compute/backend_registry.h"
#include "analysis/stats/hdf5_store.h"
#include "quant/methods/method_registry.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_checkpoint.h"
#include "tests/support/test_data.h"

namespace oscope::quant {
namespace {

using ::testing::HasSubstr;

class Compare : public ::testing::Test {
 protected:
  void SetUp() override {
    test::writeRandomCheckpoint(m_folder / "model", {});
    m_model = std::make_unique<model::OpenedModel>(model::openModel(m_folder / "model"));
    m_backend = compute::cpuBackendFactory().create("cpu", {});
    m_windows = randomTokens(3, 32, 9);
  }

  calibration::Dataset randomTokens(std::int64_t samples, std::int64_t length, std::uint64_t seed) const {
    calibration::DatasetOptions options;
    options.samples = samples;
    options.length = length;
    options.seed = seed;
    return calibration::loadDataset(options, nullptr, m_model->graph.vocabulary);
  }

  stats::SnapshotPtr calibrated(const std::vector<std::string>& observers) const {
    calibration::CalibrateOptions options;
    options.output = m_folder / "run.oscope.h5";
    options.observers = observers;
    calibration::calibrate(*m_model, randomTokens(4, 32, 1), nullptr, options, *m_backend, {});
    return stats::openSnapshot(options.output);
  }

  test::ScratchFolder m_folder;
  std::unique_ptr<model::OpenedModel> m_model;
  std::unique_ptr<compute::Backend> m_backend;
  calibration::Dataset m_windows;
};

TEST_F(Compare, EveryBuiltInRecipeGetsARowThatAVerificationConfirms) {
  const std::vector<NamedRecipe> recipes = loadRecipes({});
  ASSERT_EQ(recipes.size(), builtinRecipes().size());
  const stats::SnapshotPtr snapshot = calibrated(observersFor(recipes));
  std::vector<Progress> reports;
  JobContext context;
  context.progress = [&](const Progress& progress) { reports.push_back(progress); };
  CompareOptions options;
  options.siteSamples = 2;
  const CompareReport report = compareMethods({*m_model, *snapshot, recipes, m_windows}, options, *m_backend, context);

  ASSERT_EQ(report.rows.size(), recipes.size());
  EXPECT_EQ(reports.back().done, reports.back().total);
  EXPECT_TRUE(reports.back().etaSeconds.has_value());
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    const MethodRow& row = report.rows[i];
    EXPECT_EQ(row.name, recipes[i].name);
    EXPECT_EQ(row.policies[0] + row.policies[1] + row.policies[2] + row.policies[3], 8);
    EXPECT_LT(row.bytes, report.floatBytes);
    ASSERT_NE(row.worstSite(), nullptr);
  }
  // The same plan alone, through the other door.
  VerifyOptions verify;
  verify.siteSamples = 2;
  verify.staticBaseline = false;
  const VerifyReport alone =
      verifyPlan(*m_model, *snapshot, makePlan(*snapshot, recipes[1].recipe), m_windows, verify, *m_backend, {});
  EXPECT_EQ(alone.quantized.perplexity, report.rows[1].measure.perplexity);
  EXPECT_EQ(alone.floatPerplexity, report.floatPerplexity);
  ASSERT_EQ(alone.sites.size(), report.rows[1].sites.size());
  EXPECT_EQ(alone.sites[3].outputSqnrLocalDb, report.rows[1].sites[3].outputSqnrLocalDb);
}

TEST_F(Compare, ASnapshotThatLacksAnObserverIsRefusedByNameBeforeTheStart) {
  const std::vector<NamedRecipe> recipes = loadRecipes({"fptq-w4a8", "gptq-w4a16", "awq-w4a16"});
  const stats::SnapshotPtr snapshot = calibrated({});
  int progressed = 0;
  JobContext context;
  context.progress = [&](const Progress&) { ++progressed; };
  const Error error = test::errorOf([&] {
    compareMethods({*m_model, *snapshot, recipes, m_windows}, {}, *m_backend, context);
  });
  EXPECT_EQ(error.code(), ErrorCode::Mismatch);
  EXPECT_EQ(error.where(), "gptq-w4a16, awq-w4a16");
  EXPECT_THAT(error.text(), HasSubstr("gram"));
  EXPECT_THAT(error.remedy(), HasSubstr("--observers range,moments"));
  EXPECT_EQ(progressed, 0);
}

TEST_F(Compare, WhatSeveralRecipesRunIntoIsSaidOnceWithTheirNames) {
  const std::vector<NamedRecipe> recipes = loadRecipes({"fptq-w4a8", "rtn-w4a16", "rtn-w8a8-dynamic"});
  const stats::SnapshotPtr snapshot = calibrated({});
  Diagnostics said;
  JobContext context;
  context.diagnostic = [&](const Diagnostic& found) { said.push_back(found); };
  const CompareReport report = compareMethods({*m_model, *snapshot, recipes, m_windows}, {}, *m_backend, context);
  // Groups of 128 divide neither 64 nor 96 channels: one finding per width, of both recipes with groups.
  ASSERT_EQ(said.size(), 2u);
  for (const Diagnostic& found : said) {
    EXPECT_EQ(found.code, "plan.group_fallback");
    EXPECT_THAT(found.where, ::testing::StartsWith("fptq-w4a8, rtn-w4a16: weights"));
  }
  EXPECT_EQ(report.rows[0].diagnostics.size(), 2u);
  EXPECT_THAT(report.rows[1].diagnostics.at(0).where, ::testing::StartsWith("rtn-w4a16: "));
  EXPECT_TRUE(report.rows[2].diagnostics.empty());
}

TEST_F(Compare, ReorderedClustersGiveTheFiguresOfLabels) {
  std::vector<NamedRecipe> recipes = loadRecipes({"rptq-w4a8", "rptq-w4a8"});
  for (NamedRecipe& named : recipes) {
    named.recipe.steps.resize(1);  // clusters alone: weights by round to nearest
    const ParamSchema schema = findMethod("rptq").params();
    named.recipe.steps[0].params = ParamSet::fromJson(
        schema, {{"clusters", 6}, {"head_clusters", 3}, {"reorder", &named == &recipes[0]}}, named.name);
  }
  recipes[1].name = "labels";
  const stats::SnapshotPtr snapshot = calibrated({});
  const Plan ordered = makePlan(*snapshot, recipes[0].recipe), labelled = makePlan(*snapshot, recipes[1].recipe);
  for (std::size_t i = 0; i < ordered.sites.size(); ++i) {
    EXPECT_EQ(ordered.sites[i].order.size(), static_cast<std::size_t>(snapshot->sites()[i].channels));
    EXPECT_TRUE(labelled.sites[i].order.empty());
    EXPECT_EQ(ordered.sites[i].activation.clusters, labelled.sites[i].activation.clusters);
  }
  const CompareReport report = compareMethods({*m_model, *snapshot, recipes, m_windows}, {}, *m_backend, {});
  const MethodRow &a = report.rows[0], &b = report.rows[1];
  constexpr double kOtherOrderOfSums = 1e-5;  // relative; codes are the same
  EXPECT_NEAR(a.measure.perplexity / b.measure.perplexity, 1, kOtherOrderOfSums);
  EXPECT_NEAR(a.measure.klMean / b.measure.klMean, 1, 1e-2);
  EXPECT_EQ(a.bytes, b.bytes);
  for (std::size_t s = 0; s < a.sites.size(); ++s) {
    EXPECT_NEAR(a.sites[s].inputSqnrLocalDb, b.sites[s].inputSqnrLocalDb, 1e-3) << toString(a.sites[s].id);
    EXPECT_NEAR(a.sites[s].outputSqnrLocalDb, b.sites[s].outputSqnrLocalDb, 1e-3) << toString(a.sites[s].id);
  }
}

TEST_F(Compare, AMemoryPromiseIsKeptOrRefusedWithOneThatFits) {
  const std::vector<NamedRecipe> recipes = loadRecipes({"fptq-w4a8", "gptq-w4a16"});
  const stats::SnapshotPtr snapshot = calibrated(observersFor(recipes));
  CompareOptions options;
  options.memoryBytes = 1;
  int progressed = 0;
  JobContext context;
  context.progress = [&](const Progress&) { ++progressed; };
  const CompareInput input{*m_model, *snapshot, recipes, m_windows};
  const Error refused = test::errorOf([&] { compareMethods(input, options, *m_backend, context); });
  EXPECT_EQ(refused.code(), ErrorCode::OutOfMemory);
  EXPECT_EQ(progressed, 0);
  const std::string& remedy = refused.remedy();
  ASSERT_THAT(remedy, HasSubstr(" MB of memory"));
  options.memoryBytes =
      static_cast<std::uint64_t>((std::stod(remedy.substr(remedy.find_first_of("0123456789"))) + 4) * 1e6);
  resetPeakResident();
  const CompareReport tight = compareMethods(input, options, *m_backend, {});
  EXPECT_LE(peakResidentMemory(), options.memoryBytes);
  options.memoryBytes = 0;
  const CompareReport roomy = compareMethods(input, options, *m_backend, {});
  EXPECT_EQ(tight.rows[1].measure.klPerWindow, roomy.rows[1].measure.klPerWindow);
}

TEST_F(Compare, StopsWhenAsked) {
  const std::vector<NamedRecipe> recipes = loadRecipes({"fptq-w4a8", "rtn-w4a16"});
  const stats::SnapshotPtr snapshot = calibrated({});
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  context.progress = [&](const Progress& progress) {
    if (progress.done > 2) stop.request_stop();
  };
  EXPECT_THROW(compareMethods({*m_model, *snapshot, recipes, m_windows}, {}, *m_backend, context), Cancelled);
}

TEST_F(Compare, RefusesWhatCannotBeCompared) {
  const std::vector<NamedRecipe> recipes = loadRecipes({"fptq-w4a8"});
  const stats::SnapshotPtr snapshot = calibrated({});
  EXPECT_EQ(test::errorOf([&] {
              compareMethods({*m_model, *snapshot, {}, m_windows}, {}, *m_backend, {});
            }).where(),
            "recipes");
  EXPECT_EQ(test::errorOf([&] {
              compareMethods({*m_model, *snapshot, recipes, {}}, {}, *m_backend, {});
            }).where(),
            "evaluation windows");
  std::vector<NamedRecipe> foreign = recipes;
  foreign[0].name = "mine.json";
  foreign[0].recipe.overrides[SiteId{99, SiteKind::FfnMid}] = Policy::Static;
  EXPECT_THAT(test::errorOf([&] {
                compareMethods({*m_model, *snapshot, foreign, m_windows}, {}, *m_backend, {});
              }).where(),
              HasSubstr("mine.json"));
}

}  // namespace
}  // namespace oscope::quant
