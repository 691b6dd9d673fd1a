// Methods on whole blocks of given models, from a real calibration, against the goldens of an independent program.
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/base/json.h"
#include "quant/methods/awq.h"
#include "quant/methods/gptq.h"
#include "quant/methods/method_registry.h"
#include "quant/numerics/quantize.h"
#include "quant/transform/quantize_block.h"
#include "tests/methods/golden_recipe.h"
#include "tests/support/calibrated_snapshot.h"
#include "tests/support/golden.h"
#include "tests/support/host_backend.h"

namespace oscope::quant {
namespace {

constexpr double kScaleTolerance = 1e-5;          ///< relative, of scales from our own calibration
constexpr double kCodesThatMayDiffer = 1e-3;      ///< share of a linear's codes, each by 1
constexpr double kGptqCodesThatMayDiffer = 1e-2;  ///< H from our own calibration: near ties flip and spread
constexpr double kLossTolerance = 5e-3;           ///< GPTQ's layer loss may exceed round to nearest's by rounding only

/// Goldens with codes and scales of single linears (a file each) that the product has.
const std::vector<std::string> kMethods{
    "gptq_w4a16", "gptq_w4a16_actorder", "gptq_w4a16_asym",     "fptq_gptq_w4a8", "fptq_awqclip_w4a8",
    "awq_w4a16",  "awq_w4a16_asym",      "smoothquant_w8a8_o3", "rptq_w4a8",      "rptq_w4a4"};

void expectNear(const std::vector<float>& found, const std::vector<float>& golden, const std::string& name) {
  ASSERT_EQ(found.size(), golden.size()) << name;
  for (std::size_t j = 0; j < found.size(); ++j) {
    ASSERT_NEAR(found[j], golden[j], kScaleTolerance * std::abs(golden[j])) << name << " " << j;
  }
}

template <typename T>
std::vector<std::int64_t> wide(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

class MethodGolden : public ::testing::TestWithParam<const char*> {
 protected:
  void load(const std::filesystem::path& root) {
    m_name = GetParam();
    m_model = std::make_unique<model::OpenedModel>(model::openModel(root / "models" / m_name));
    m_snapshot = test::calibratedSnapshot(root, m_name, *m_model, m_folder, {"gram"});
    m_group = readJsonFile(root / "golden" / (m_name + ".json")).at("fptq").at("options").at("group_size");
  }

  /// A built-in recipe with the group of the goldens.
  Recipe recipe(const char* builtin) const {
    Recipe recipe = loadRecipe(builtin);
    if (recipe.weights.group > 0) recipe.weights.group = m_group;
    return recipe;
  }

  static void compareSite(const SitePlan& site, const test::GoldenFile& golden, const std::string& name) {
    const std::string prefix = toString(site.id) + ".";
    for (const char* key : {"lae_s", "smooth_s", "awq_s"}) {
      if (golden.contains(prefix + key)) expectNear(site.scale, golden.floats(prefix + key), name + " " + prefix + key);
    }
    if (golden.contains(prefix + "input_scale")) {
      EXPECT_EQ(site.activation.scale, golden.floats(prefix + "input_scale")[0]) << name << " " << prefix;
    }
    if (!golden.contains(prefix + "labels")) return;
    const ActivationClusters& clusters = site.activation.clusters;
    EXPECT_EQ(wide(clusters.labels), golden.integers(prefix + "labels")) << name << " " << prefix;
    EXPECT_EQ(wide(clusters.zeros), golden.integers(prefix + "zero")) << name << " " << prefix;
    expectNear(clusters.scales, golden.floats(prefix + "scale"), name + " " + prefix);
  }

  static void compareLinear(const QuantizedLinear& linear, const test::GoldenFile& golden, const std::string& name,
                            double mayDiffer) {
    if (!golden.contains(linear.module + ".codes")) return;
    const compute::QuantizedWeight& weight = linear.weight;
    const int half = weight.zeros.empty() ? 0 : 1 << (weight.bits - 1);
    const std::vector<std::int64_t> codes = golden.integers(linear.module + ".codes");
    ASSERT_EQ(weight.codes.size(), codes.size());
    std::int64_t different = 0, largest = 0;
    for (std::size_t k = 0; k < codes.size(); ++k) {
      // U8 codes of asymmetric schemes count from 0; int8 containers hold them as I8.
      const std::int64_t difference = std::abs(weight.codes[k] + half - codes[k]);
      different += difference != 0;
      largest = std::max(largest, difference);
    }
    EXPECT_LE(static_cast<double>(different), mayDiffer * static_cast<double>(codes.size()))
        << name << " " << linear.module << ": " << different << " of " << codes.size() << " differ";
    EXPECT_LE(largest, 1) << name << " " << linear.module;
    ::testing::Test::RecordProperty(name + "." + linear.module, std::to_string(different));
    if (mayDiffer == kCodesThatMayDiffer) {
      EXPECT_EQ(weight.scales, golden.floats(linear.module + ".scales")) << name << " " << linear.module;
    }
  }

  std::string m_name;
  test::ScratchFolder m_folder;
  std::unique_ptr<model::OpenedModel> m_model;
  stats::SnapshotPtr m_snapshot;
  std::int64_t m_group = 0;
};

TEST_P(MethodGolden, ScalesCodesAndClustersAgree) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  const Json goldens = readJsonFile(root / "golden/methods" / (m_name + ".methods.json"));
  for (const std::string& method : kMethods) {
    const test::GoldenFile golden(root / "golden/methods" / (m_name + "." + method + ".safetensors"));
    std::optional<Recipe> recipe =
        test::goldenRecipe(method, goldens.at("methods").at(method).at("options"), goldens.at("group_default"));
    ASSERT_TRUE(recipe.has_value()) << method;
    for (RecipeStep& step : recipe->steps) {  // goldens keep the channels where they are
      if (step.method == "rptq") step.params.setFromText(findMethod("rptq").params(), "reorder", "false", method);
    }
    const Plan plan = makePlan(*m_snapshot, *recipe);
    const bool gptq = method.find("gptq") != std::string::npos;
    for (int b = 0; b < static_cast<int>(m_model->graph.blocks.size()); ++b) {
      const QuantizedBlock block =
          quantizeBlock(m_model->graph, b, *m_model->weights, *m_snapshot, plan, test::hostBackend(), {});
      for (const SitePlan& site : block.sites) compareSite(site, golden, method);
      for (const QuantizedLinear& linear : block.linears) {
        compareLinear(linear, golden, method, gptq ? kGptqCodesThatMayDiffer : kCodesThatMayDiffer);
      }
    }
  }
}

/// tr(E H E^T) / 2 of the error between the checkpoint's weight and the quantized one.
double layerLoss(const std::vector<float>& weight, const compute::QuantizedWeight& quantized,
                 const std::vector<double>& h) {
  const std::vector<float> rounded = dequantizeWeight(quantized);
  const auto in = static_cast<std::size_t>(quantized.in);
  double loss = 0;
  for (std::size_t n = 0; n < weight.size(); n += in) {
    for (std::size_t i = 0; i < in; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < in; ++j) sum += h[i * in + j] * (static_cast<double>(weight[n + j]) - rounded[n + j]);
      loss += (static_cast<double>(weight[n + i]) - rounded[n + i]) * sum;
    }
  }
  return loss / 2;
}

class GptqLoss : public MethodGolden {};

TEST_P(GptqLoss, IsNeverAboveRoundToNearest) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  const Plan gptq = makePlan(*m_snapshot, recipe("gptq-w4a16"));
  const Plan rtn = makePlan(*m_snapshot, recipe("rtn-w4a16"));
  for (const model::BlockGraph& graph : m_model->graph.blocks) {
    const QuantizedBlock a =
        quantizeBlock(m_model->graph, graph.index, *m_model->weights, *m_snapshot, gptq, test::hostBackend(), {});
    const QuantizedBlock b =
        quantizeBlock(m_model->graph, graph.index, *m_model->weights, *m_snapshot, rtn, test::hostBackend(), {});
    for (const model::SiteDesc& site : graph.sites) {
      const stats::SiteStats& stats = m_snapshot->site(site.id);
      const std::vector<double> h = hessian(*m_snapshot->gram(site.id), stats.tokens, {});
      for (int reader : site.readers) {
        const auto index = static_cast<std::size_t>(reader);
        const std::vector<float> weight = compute::toFloat32(m_model->weights->tensor(graph.linears[index].weight));
        EXPECT_LE(layerLoss(weight, a.linears[index].weight, h),
                  layerLoss(weight, b.linears[index].weight, h) * (1 + kLossTolerance))
            << graph.linears[index].module;
      }
    }
  }
}

class AwqLoss : public MethodGolden {};

TEST_P(AwqLoss, OfTheChosenScaleIsNeverAboveThatOfRatioZero) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  Recipe awq = recipe("awq-w4a16");
  const Plan plan = makePlan(*m_snapshot, awq);
  int scaled = 0;
  for (const model::BlockGraph& graph : m_model->graph.blocks) {
    const QuantizedBlock block =
        quantizeBlock(m_model->graph, graph.index, *m_model->weights, *m_snapshot, plan, test::hostBackend(), {});
    for (std::size_t s = 0; s < graph.sites.size(); ++s) {
      const SitePlan& site = block.sites[s];
      if (site.scale.empty()) continue;
      ++scaled;
      const stats::SiteStats& stats = m_snapshot->site(site.id);
      const std::vector<double> h = hessian(*m_snapshot->gram(site.id), stats.tokens, {});
      const std::vector<float> none(site.scale.size(), 1.0f);  // mean |x| to the power 0
      double chosen = 0, unscaled = 0;
      for (int reader : graph.sites[s].readers) {
        const model::LinearDesc& linear = graph.linears[static_cast<std::size_t>(reader)];
        const std::vector<float> weight = compute::toFloat32(m_model->weights->tensor(linear.weight));
        chosen += awqLoss(weight, linear.out, site.scale, h, awq.weights, awq.rules.scaleDtype);
        unscaled += awqLoss(weight, linear.out, none, h, awq.weights, awq.rules.scaleDtype);
      }
      EXPECT_LE(chosen, unscaled) << toString(site.id);
    }
  }
  EXPECT_GE(scaled, 2 * static_cast<int>(m_model->graph.blocks.size()));
}

std::string testName(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

const auto kAllModels = ::testing::Values("tiny-bloom", "tinystories-656k", "tinystories-656k-outliers", "stories260k",
                                          "stories260k-bf16-sharded", "tiny-random-llama-untied", "tiny-random-opt");
INSTANTIATE_TEST_SUITE_P(GivenModels, MethodGolden, ::testing::Values("tiny-bloom", "tinystories-656k-outliers"),
                         testName);
INSTANTIATE_TEST_SUITE_P(GivenModels, GptqLoss, kAllModels, testName);
INSTANTIATE_TEST_SUITE_P(GivenModels, AwqLoss, kAllModels, testName);

}  // namespace
}  // namespace oscope::quant
