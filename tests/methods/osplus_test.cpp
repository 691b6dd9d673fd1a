// Outlier Suppression+ against an independent float64 program: one threshold search, and whole given models.
#include "quant/methods/osplus.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analysis/base/json.h"
#include "quant/numerics/quantize.h"
#include "quant/transform/quantize_block.h"
#include "tests/methods/golden_recipe.h"
#include "tests/support/calibrated_snapshot.h"
#include "tests/support/golden.h"
#include "tests/support/host_backend.h"
#include "tests/support/made_snapshot.h"

namespace oscope::quant {
namespace {

constexpr double kLossTolerance = 1e-2;   ///< relative: float32 products, rows kept as halves
constexpr double kScaleTolerance = 1e-5;  ///< relative, of scales from our own calibration

void expectNear(const std::vector<float>& found, const std::vector<float>& golden, double tolerance,
                const std::string& name) {
  ASSERT_EQ(found.size(), golden.size()) << name;
  double largest = 0;
  for (const float value : golden) largest = std::max(largest, std::abs(static_cast<double>(value)));
  for (std::size_t j = 0; j < found.size(); ++j) {
    ASSERT_NEAR(found[j], golden[j], tolerance * largest) << name << " " << j;
  }
}

TEST(OsplusVectors, ThresholdLossesScaleAndShift) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const test::GoldenFile golden(root / "golden/methods/unit_vectors.safetensors");
  const Json facts = readJsonFile(root / "golden/methods/unit_vectors.json");
  const std::vector<float> x = golden.floats("osplus.x"), w1 = golden.floats("osplus.w1"),
                           w2 = golden.floats("osplus.w2");
  constexpr std::size_t kChannels = 32;
  std::vector<float> max(kChannels, -INFINITY), min(kChannels, INFINITY);
  for (std::size_t i = 0; i < x.size(); ++i) {
    max[i % kChannels] = std::max(max[i % kChannels], x[i]);
    min[i % kChannels] = std::min(min[i % kChannels], x[i]);
  }
  for (const bool shifted : {true, false}) {
    const std::string name = shifted ? "osplus.shift" : "osplus.no_shift";
    const std::vector<float> shift = shifted ? osplusShift(max, min) : std::vector<float>();
    if (shifted) {
      EXPECT_EQ(shift, golden.floats(name + ".z"));
    }
    const WeightScheme scheme{4, 16, true};
    const OsplusSite site{max, min, shift, x, {{w1, 8, scheme}, {w2, 4, scheme}}};
    const OsplusChoice choice = osplusSearch(site, {});
    const std::vector<double> losses = golden.doubles(name + ".losses");
    ASSERT_EQ(choice.losses.size(), losses.size());
    for (std::size_t i = 0; i < losses.size(); ++i) {
      EXPECT_NEAR(choice.losses[i], losses[i], kLossTolerance * losses[i]) << name << " " << i;
    }
    EXPECT_NEAR(choice.threshold, facts.at(name).at("t").get<double>(), 1e-6 * choice.threshold);
    expectNear(choice.scale, golden.floats(name + ".s"), 1e-6, name);
    EXPECT_EQ(staticActivationScale(choice.rangeAfter, 8, DType::BF16), facts.at(name).at("input_scale").get<float>());
  }
}

TEST(OsplusVectors, DeadChannelsAndSitesStayAsTheyAre) {
  const std::vector<float> zero(4, 0.0f), rows(8, 0.0f), weight(8, 1.0f);
  const OsplusChoice choice = osplusSearch({zero, zero, {}, rows, {{weight, 2, {4, 0, true}}}}, {});
  EXPECT_EQ(choice.scale, std::vector<float>(4, 1.0f));
  EXPECT_EQ(choice.rangeAfter, 0);
}

class OsplusGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(OsplusGolden, ShiftsScalesNormsBiasesAndCodesAgree) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const std::string name = GetParam();
  const model::OpenedModel model = model::openModel(root / "models" / name);
  const test::ScratchFolder folder;
  const stats::SnapshotPtr snapshot = test::calibratedSnapshot(root, name, model, folder, {}, test::kGoldenRows);
  const Json goldens = readJsonFile(root / "golden/methods" / (name + ".methods.json"));
  const Json& facts = goldens.at("methods").at("osplus_w4a8");
  const auto recipe = test::goldenRecipe("osplus_w4a8", facts.at("options"), goldens.at("group_default"));
  const test::GoldenFile golden(root / "golden/methods" / (name + ".osplus_w4a8.safetensors"));
  const Plan plan = makePlan(*snapshot, recipe.value());
  int compared = 0;
  for (const model::BlockGraph& graph : model.graph.blocks) {
    const QuantizedBlock block =
        quantizeBlock(model.graph, graph.index, *model.weights, *snapshot, plan, test::hostBackend(), {});
    for (std::size_t s = 0; s < block.sites.size(); ++s) {
      const SitePlan& site = block.sites[s];
      const std::string prefix = toString(site.id) + ".";
      if (!golden.contains(prefix + "os_s")) continue;
      ++compared;
      expectNear(site.scale, golden.floats(prefix + "os_s"), kScaleTolerance, prefix + "os_s");
      EXPECT_EQ(site.activation.scale, golden.floats(prefix + "input_scale")[0]) << prefix;
      const model::NormDesc& norm = graph.norms[static_cast<std::size_t>(graph.sites[s].fold->producer)];
      expectNear(block.folded.at(norm.weight), golden.floats(prefix + "norm_weight"), kScaleTolerance, norm.weight);
      if (norm.bias.empty()) continue;
      expectNear(site.shift, golden.floats(prefix + "os_z"), kScaleTolerance, prefix + "os_z");
      expectNear(block.folded.at(norm.bias), golden.floats(prefix + "norm_bias"), kScaleTolerance, norm.bias);
    }
    for (const QuantizedLinear& linear : block.linears) {
      if (golden.contains(linear.module + ".bias")) {
        expectNear(linear.bias, golden.floats(linear.module + ".bias"), kScaleTolerance, linear.module);
      }
      if (!golden.contains(linear.module + ".codes")) continue;
      ++compared;
      const std::vector<std::int64_t> codes = golden.integers(linear.module + ".codes");
      std::size_t different = 0;
      for (std::size_t k = 0; k < codes.size(); ++k) different += linear.weight.codes[k] != codes[k];
      EXPECT_LE(static_cast<double>(different), 1e-3 * static_cast<double>(codes.size())) << linear.module;
    }
  }
  EXPECT_GE(compared, 4);
}

INSTANTIATE_TEST_SUITE_P(GivenModels, OsplusGolden, ::testing::Values("tiny-bloom", "tinystories-656k-outliers"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::quant
