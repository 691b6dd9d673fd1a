// Folds and orders don't change the model: every site that has an edge is scaled into it, or has its channels in the
// order of RPTQ's clusters, weights stay in float, and the logits are still those of the goldens' float model. GQA
// rows, fused projections, biases and ReLU rows included.
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/compute/backend_registry.h"
#include "analysis/forward/forward_runner.h"
#include "quant/transform/quantized_source.h"
#include "tests/support/calibrated_snapshot.h"
#include "tests/support/golden.h"
#include "tests/support/host_backend.h"

namespace oscope::quant {
namespace {

constexpr double kLogitTolerance = 1e-3;

/// Scales every site that any edge allows.
Recipe laeEverywhere() {
  Recipe recipe = defaultRecipe();
  recipe.v0 = 1e-9;
  recipe.v1 = 1e9;
  recipe.foldEdges = knownFoldEdges();
  return recipe;
}

/// Clusters of every site brought together; no site is scaled.
Recipe reordered() {
  Recipe recipe = loadRecipe("rptq-w4a8");
  recipe.steps.resize(1);  // GPTQ would ask for Gram matrices
  return recipe;
}

class Folds : public ::testing::TestWithParam<const char*> {};

TEST_P(Folds, LeaveTheLogitsAlone) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const std::string name = GetParam();
  const model::OpenedModel model = model::openModel(root / "models" / name);
  const test::ScratchFolder folder;
  const stats::SnapshotPtr snapshot = test::calibratedSnapshot(root, name, model, folder);
  const test::GoldenFile golden(root / "golden" / (name + ".logits.safetensors"));
  const std::vector<std::int64_t> wide = golden.integers("input_ids");
  const std::vector<std::int32_t> ids(wide.begin(), wide.end());
  const std::vector<float> expected = golden.floats("logits");
  const auto backend = compute::cpuBackendFactory().create("cpu", {});

  for (Recipe recipe : {laeEverywhere(), loadRecipe("smoothquant-w8a8-o3"), reordered()}) {
    recipe.weights.bits = 16;
    const Plan plan = makePlan(*snapshot, recipe);
    std::vector<std::unique_ptr<checkpoint::TensorSource>> sources;
    const checkpoint::TensorSource* source = model.weights.get();
    std::size_t folded = 0;
    for (int b = 0; b < static_cast<int>(model.graph.blocks.size()); ++b) {
      const QuantizedBlock block =
          quantizeBlock(model.graph, b, *model.weights, *snapshot, plan, test::hostBackend(), {});
      for (const SitePlan& site : block.sites) folded += !site.scale.empty() || !site.order.empty();
      sources.push_back(std::make_unique<QuantizedSource>(*source, model.graph, block));
      source = sources.back().get();
    }
    EXPECT_GE(folded, 2 * model.graph.blocks.size()) << recipe.name;
    const std::vector<float> logits =
        forward::forwardAll(model.graph, *source, *backend, ids,
                            compute::SequenceLayout::uniform(1, static_cast<std::int64_t>(ids.size())));
    ASSERT_EQ(logits.size(), expected.size());
    double largest = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(logits[i]) - expected[i]));
    }
    RecordProperty(recipe.name, std::to_string(largest));
    EXPECT_LT(largest, kLogitTolerance) << recipe.name;
  }
}

INSTANTIATE_TEST_SUITE_P(GivenModels, Folds,
                         ::testing::Values("stories260k", "tinystories-656k", "tinystories-656k-outliers",
                                           "tiny-random-llama-untied", "tiny-bloom", "tiny-random-opt"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::quant
