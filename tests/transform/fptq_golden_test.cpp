// FPTQ on the given models against the goldens of an independent program: plans, scales, folds, codes, unit outputs.
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/base/json.h"
#include "quant/numerics/quantize.h"
#include "quant/transform/quantize_block.h"
#include "tests/support/golden.h"
#include "tests/support/golden_snapshot.h"
#include "tests/support/host_backend.h"
#include "tests/support/test_data.h"

namespace oscope::quant {
namespace {

constexpr double kCodesThatMayDiffer = 1e-3;   ///< share of a linear's codes, each by 1
constexpr double kScaleTolerance = 3e-7;       ///< relative, of LAE scales and folded norms
constexpr double kUnitOutputTolerance = 1e-5;  ///< of the largest output

struct Case {
  const char* model;
  const char* file;  ///< golden file suffix
  const char* key;   ///< key in the golden JSON
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.model << " " << value.file;
}

class FptqGolden : public ::testing::TestWithParam<Case> {
 protected:
  void load(const std::filesystem::path& root) {
    const Case& test = GetParam();
    m_golden = std::make_unique<test::GoldenFile>(root / "golden" /
                                                  (std::string(test.model) + "." + test.file + ".safetensors"));
    m_model = std::make_unique<model::OpenedModel>(model::openModel(root / "models" / test.model));
    m_snapshot = std::make_unique<test::MadeSnapshot>(test::goldenSnapshot(root, test.model, *m_model));
    const Json options = readJsonFile(root / "golden" / (std::string(test.model) + ".json")).at(test.key).at("options");
    Recipe recipe = defaultRecipe();
    recipe.v0 = options.at("v0");
    recipe.v1 = options.at("v1");
    recipe.weights.group = options.at("group_size");
    m_plan = makePlan(*m_snapshot, recipe);
  }
  QuantizedBlock quantize(int block) {
    return quantizeBlock(m_model->graph, block, *m_model->weights, *m_snapshot, m_plan, test::hostBackend(), {});
  }

  std::unique_ptr<test::GoldenFile> m_golden;
  std::unique_ptr<model::OpenedModel> m_model;
  std::unique_ptr<test::MadeSnapshot> m_snapshot;
  Plan m_plan;
};

void expectNear(const std::vector<float>& found, const std::vector<float>& golden, const std::string& name) {
  ASSERT_EQ(found.size(), golden.size()) << name;
  for (std::size_t j = 0; j < found.size(); ++j) {
    ASSERT_NEAR(found[j], golden[j], kScaleTolerance * std::abs(golden[j])) << name << " channel " << j;
  }
}

TEST_P(FptqGolden, PoliciesAndScalesAreEqual) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  for (const SitePlan& site : m_plan.sites) {
    const std::string prefix = toString(site.id) + ".";
    EXPECT_EQ(static_cast<std::int64_t>(site.policy), m_golden->integers(prefix + "policy")[0]) << prefix;
    EXPECT_EQ(site.range, m_golden->floats(prefix + "range")[0]) << prefix;
    if (m_golden->contains(prefix + "input_scale")) {
      EXPECT_EQ(site.activation.scale, m_golden->floats(prefix + "input_scale")[0]) << prefix;
    } else {
      EXPECT_EQ(site.policy, Policy::Dynamic) << prefix;
    }
    EXPECT_EQ(site.scale.empty(), !m_golden->contains(prefix + "lae_s")) << prefix;
    if (!site.scale.empty()) expectNear(site.scale, m_golden->floats(prefix + "lae_s"), prefix + "lae_s");
  }
}

TEST_P(FptqGolden, FoldsAndCodesAgree) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  for (const model::BlockGraph& graph : m_model->graph.blocks) {
    const QuantizedBlock block = quantize(graph.index);
    for (const model::SiteDesc& site : graph.sites) {
      const std::string prefix = toString(site.id) + ".";
      if (!m_golden->contains(prefix + "norm_weight")) continue;
      const model::NormDesc& norm = graph.norms[static_cast<std::size_t>(site.fold->producer)];
      expectNear(block.folded.at(norm.weight), m_golden->floats(prefix + "norm_weight"), norm.weight);
      EXPECT_EQ(m_golden->contains(prefix + "norm_bias"), !norm.bias.empty());
      if (!norm.bias.empty()) expectNear(block.folded.at(norm.bias), m_golden->floats(prefix + "norm_bias"), norm.bias);
    }
    for (const QuantizedLinear& linear : block.linears) {
      const std::vector<std::int64_t> golden = m_golden->integers(linear.module + ".codes");
      ASSERT_EQ(linear.weight.codes.size(), golden.size()) << linear.module;
      std::int64_t different = 0;
      for (std::size_t k = 0; k < golden.size(); ++k) {
        different += linear.weight.codes[k] != golden[k];
        ASSERT_LE(std::abs(linear.weight.codes[k] - golden[k]), 1) << linear.module << " " << k;
      }
      EXPECT_LE(static_cast<double>(different), kCodesThatMayDiffer * static_cast<double>(golden.size()));
      RecordProperty(linear.module + ".codes_that_differ", std::to_string(different));
      EXPECT_EQ(linear.weight.scales, m_golden->floats(linear.module + ".scales")) << linear.module;
      EXPECT_GT(block.weightErrors.at(linear.module), 0);
    }
  }
}

/// y = x_scale * sum_g w_scale_g * (sum of code products in integers) + bias, sums of groups in float64.
std::vector<double> integerTrue(const std::vector<std::int64_t>& codes, const std::vector<float>& scales,
                                const compute::QuantizedWeight& weight, const std::vector<float>& bias) {
  const auto in = static_cast<std::size_t>(weight.in), group = static_cast<std::size_t>(weight.group);
  std::vector<double> y;
  for (std::size_t t = 0; t < codes.size() / in; ++t) {
    for (std::size_t n = 0; n < static_cast<std::size_t>(weight.out); ++n) {
      double sum = 0;
      for (std::size_t g = 0; g < in / group; ++g) {
        std::int64_t accumulator = 0;
        for (std::size_t k = g * group; k < (g + 1) * group; ++k) {
          accumulator += codes[t * in + k] * weight.codes[n * in + k];
        }
        sum += static_cast<double>(weight.scales[n * (in / group) + g]) * static_cast<double>(accumulator);
      }
      y.push_back(sum * scales[scales.size() == 1 ? 0 : t] + (bias.empty() ? 0.0 : bias[n]));
    }
  }
  return y;
}

TEST_P(FptqGolden, UnitVectorsOfSitesAgree) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  int seen = 0;
  for (const model::BlockGraph& graph : m_model->graph.blocks) {
    for (std::size_t s = 0; s < graph.sites.size(); ++s) {
      const std::string prefix = "unit." + toString(graph.sites[s].id) + ".";
      if (!m_golden->contains(prefix + "x")) continue;
      ++seen;
      const std::vector<float> x = m_golden->floats(prefix + "x");
      const std::vector<float> scales = m_golden->floats(prefix + "x_scale");
      const auto channels = static_cast<std::size_t>(graph.sites[s].channels);
      std::vector<std::int64_t> codes;
      for (std::size_t k = 0; k < x.size(); ++k) {
        codes.push_back(quantizeValue(x[k], scales[scales.size() == 1 ? 0 : k / channels], 8));
      }
      EXPECT_EQ(codes, m_golden->integers(prefix + "x_codes")) << prefix;

      const QuantizedBlock block = quantize(graph.index);
      for (int reader : graph.sites[s].readers) {
        const model::LinearDesc& desc = graph.linears[static_cast<std::size_t>(reader)];
        const std::vector<float> bias =
            desc.bias.empty() ? std::vector<float>{} : compute::toFloat32(m_model->weights->tensor(desc.bias));
        const std::vector<double> y =
            integerTrue(codes, scales, block.linears[static_cast<std::size_t>(reader)].weight, bias);
        const std::vector<float> golden = m_golden->floats("unit." + desc.module + ".y");
        ASSERT_EQ(y.size(), golden.size());
        double largest = 0, difference = 0;
        for (std::size_t k = 0; k < y.size(); ++k) {
          largest = std::max(largest, std::abs(static_cast<double>(golden[k])));
          difference = std::max(difference, std::abs(y[k] - golden[k]));
        }
        EXPECT_LE(difference, kUnitOutputTolerance * largest) << desc.module;
      }
    }
  }
  EXPECT_GT(seen, 0);
}

INSTANTIATE_TEST_SUITE_P(GivenModels, FptqGolden,
                         ::testing::Values(Case{"tinystories-656k", "fptq", "fptq"},
                                           Case{"tinystories-656k-outliers", "fptq", "fptq"},
                                           Case{"tiny-bloom", "fptq-custom", "fptq_custom"},
                                           Case{"stories260k-bf16-sharded", "fptq-custom", "fptq_custom"},
                                           Case{"tiny-random-opt", "fptq", "fptq"}),
                         [](const auto& info) {
                           std::string name = std::string(info.param.model) + "_" + info.param.key;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::quant
