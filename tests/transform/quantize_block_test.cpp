#include "quant/transform/quantize_block.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "analysis/compute/backend_registry.h"
#include "analysis/forward/forward_runner.h"
#include "analysis/model/open_model.h"
#include "quant/transform/quantized_source.h"
#include "tests/support/expect_error.h"
#include "tests/support/host_backend.h"
#include "tests/support/made_snapshot.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

namespace oscope::quant {
namespace {

using ::testing::HasSubstr;

constexpr double kFoldedLogitTolerance = 1e-4;  ///< relative to the largest logit: rounding of folds alone

/// Made statistics: channel maxima between 0.1 and 100.
test::MadeSnapshot madeStatistics(const model::ModelGraph& graph) {
  std::vector<stats::SiteStats> sites = test::sitesOfGraph(graph);
  std::mt19937 random(3);
  for (stats::SiteStats& site : sites) {
    for (std::int64_t j = 0; j < site.channels; ++j) {
      site.absmax.push_back(std::exp2(static_cast<float>(random() % 1000) / 100.0f - 3.3f));
    }
    site.tokens = 8;
  }
  return test::MadeSnapshot(std::move(sites));
}

Recipe laeEverywhere() {
  Recipe recipe = defaultRecipe();
  recipe.v0 = 1e-9;
  recipe.v1 = 1e9;
  recipe.foldEdges = knownFoldEdges();
  recipe.weights.group = 8;
  return recipe;
}

class QuantizeBlock : public ::testing::Test {
 protected:
  void open(DType dtype = DType::F32) {
    test::writeTinyModel(m_folder / "model", test::tinyConfig(), dtype);
    m_model = std::make_unique<model::OpenedModel>(model::openModel(m_folder / "model"));
  }
  std::vector<float> logits(const checkpoint::TensorSource& source) const {
    const auto backend = compute::cpuBackendFactory().create("cpu", {});
    const std::vector<std::int32_t> ids{1, 7, 3, 39, 0, 12};
    return forward::forwardAll(m_model->graph, source, *backend, ids, compute::SequenceLayout::uniform(2, 3));
  }
  test::ScratchFolder m_folder;
  std::unique_ptr<model::OpenedModel> m_model;
};

TEST_F(QuantizeBlock, FoldsIntoEveryEdgeLeaveTheLogitsAlone) {
  open();
  const test::MadeSnapshot snapshot = madeStatistics(m_model->graph);
  Recipe recipe = laeEverywhere();
  recipe.weights.bits = 16;
  const Plan plan = makePlan(snapshot, recipe);
  const QuantizedBlock first =
      quantizeBlock(m_model->graph, 0, *m_model->weights, snapshot, plan, test::hostBackend(), {});
  const QuantizedBlock second =
      quantizeBlock(m_model->graph, 1, *m_model->weights, snapshot, plan, test::hostBackend(), {});
  for (const SitePlan& site : first.sites) EXPECT_FALSE(site.scale.empty()) << toString(site.id);
  const QuantizedSource one(*m_model->weights, m_model->graph, first);
  const QuantizedSource both(one, m_model->graph, second);
  const std::vector<float> expected = logits(*m_model->weights), found = logits(both);
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    difference = std::max(difference, std::abs(static_cast<double>(expected[i]) - found[i]));
  }
  EXPECT_GT(largest, 0);
  EXPECT_LT(difference, kFoldedLogitTolerance * largest);
}

TEST_F(QuantizeBlock, CodesComeFromFoldedWeights) {
  open();
  const test::MadeSnapshot snapshot = madeStatistics(m_model->graph);
  const Plan plan = makePlan(snapshot, laeEverywhere());
  const QuantizedBlock block =
      quantizeBlock(m_model->graph, 1, *m_model->weights, snapshot, plan, test::hostBackend(), {});
  ASSERT_EQ(block.linears.size(), m_model->graph.blocks[1].linears.size());
  for (const QuantizedLinear& linear : block.linears) {
    EXPECT_EQ(linear.weight.bits, 4);
    EXPECT_EQ(linear.weight.group, 8);
    EXPECT_TRUE(linear.floatWeight.empty());
    EXPECT_GT(block.weightErrors.at(linear.module), 0);
    EXPECT_LT(block.weightErrors.at(linear.module), 0.05) << "about -20 dB at 4 bits";
  }
}

TEST_F(QuantizeBlock, StoredValuesAreRoundedToTheCheckpointsType) {
  open(DType::BF16);
  const test::MadeSnapshot snapshot = madeStatistics(m_model->graph);
  Recipe recipe = laeEverywhere();
  recipe.weights.bits = 16;
  const QuantizedBlock block = quantizeBlock(m_model->graph, 0, *m_model->weights, snapshot, makePlan(snapshot, recipe),
                                             test::hostBackend(), {});
  ASSERT_EQ(block.folded.size(), 2u) << "the block's two norms";
  for (const auto& [name, values] : block.folded) {
    for (float value : values) EXPECT_EQ(value, roundTo(DType::BF16, value)) << name;
  }
  for (const QuantizedLinear& linear : block.linears) {
    for (float value : linear.floatWeight) ASSERT_EQ(value, roundTo(DType::BF16, value)) << linear.module;
  }
}

TEST_F(QuantizeBlock, NamesWeightsThatAreNotFinite) {
  const Json config = test::tinyConfig();
  test::TensorMap tensors = test::tinyTensors(config);
  const std::string name = "model.layers.1.mlp.up_proj.weight";
  std::vector<float> values = compute::toFloat32(tensors.at(name));
  values[16 * 3 + 5] = std::numeric_limits<float>::quiet_NaN();
  tensors[name] = compute::makeHostTensor(name, values, tensors.at(name).shape);
  test::writeModel(m_folder / "model", config, tensors);
  m_model = std::make_unique<model::OpenedModel>(model::openModel(m_folder / "model"));
  const test::MadeSnapshot snapshot = madeStatistics(m_model->graph);
  const Plan plan = makePlan(snapshot, laeEverywhere());
  EXPECT_NO_THROW(quantizeBlock(m_model->graph, 0, *m_model->weights, snapshot, plan, test::hostBackend(), {}));
  const Error error = test::errorOf(
      [&] { quantizeBlock(m_model->graph, 1, *m_model->weights, snapshot, plan, test::hostBackend(), {}); });
  EXPECT_EQ(error.code(), ErrorCode::NonFinite);
  EXPECT_EQ(error.where(), name);
  EXPECT_THAT(error.text(), HasSubstr("[3, 5]"));
}

TEST_F(QuantizeBlock, RefusesAPlanOfAnotherModel) {
  open();
  const test::MadeSnapshot snapshot = madeStatistics(m_model->graph);
  Plan plan = makePlan(snapshot, laeEverywhere());
  plan.sites[0].linears[0].out += 8;
  const Error error = test::errorOf(
      [&] { quantizeBlock(m_model->graph, 0, *m_model->weights, snapshot, plan, test::hostBackend(), {}); });
  EXPECT_EQ(error.code(), ErrorCode::Mismatch);
  EXPECT_THAT(error.where(), HasSubstr("blocks.0.attn_in"));
}

TEST_F(QuantizeBlock, StopsWhenAsked) {
  open();
  const test::MadeSnapshot snapshot = madeStatistics(m_model->graph);
  const Plan plan = makePlan(snapshot, laeEverywhere());
  std::stop_source stop;
  stop.request_stop();
  JobContext context;
  context.stop = stop.get_token();
  EXPECT_THROW(quantizeBlock(m_model->graph, 0, *m_model->weights, snapshot, plan, test::hostBackend(), context),
               Cancelled);
}

}  // namespace
}  // namespace oscope::quant
