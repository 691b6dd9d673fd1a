// Methods against the given unit vectors of an independent float64 program.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "analysis/base/json.h"
#include "quant/methods/awq.h"
#include "quant/methods/gptq.h"
#include "quant/methods/rptq.h"
#include "quant/methods/smoothquant.h"
#include "quant/numerics/quantize.h"
#include "quant/transform/channel_clusters.h"
#include "quant/transform/channel_scale.h"
#include "quant/transform/fold.h"
#include "tests/support/golden.h"
#include "tests/support/made_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::quant {
namespace {

constexpr double kScaleTolerance = 1e-6;  ///< relative, of scales from golden inputs
constexpr double kLossTolerance = 1e-3;   ///< relative

class MethodVectors : public ::testing::Test {
 protected:
  void load(const std::filesystem::path& root) {
    m_golden = std::make_unique<test::GoldenFile>(root / "golden/methods/unit_vectors.safetensors");
    m_facts = readJsonFile(root / "golden/methods/unit_vectors.json");
  }
  std::vector<float> floats(const std::string& name) const { return m_golden->floats(name); }

  void expectNear(const std::vector<float>& found, const std::string& name) const {
    const std::vector<double> golden = m_golden->doubles(name);
    ASSERT_EQ(found.size(), golden.size()) << name;
    for (std::size_t j = 0; j < found.size(); ++j) {
      ASSERT_NEAR(found[j], golden[j], kScaleTolerance * std::abs(golden[j])) << name << " " << j;
    }
  }

  /// Codes, scales and zeros equal; the goldens count asymmetric codes from 0.
  void expectEqual(const compute::QuantizedWeight& found, const std::string& codes, const std::string& scales,
                   const std::string& zeros) const {
    const int half = found.zeros.empty() ? 0 : 1 << (found.bits - 1);
    std::vector<std::int64_t> shifted;
    for (std::int8_t code : found.codes) shifted.push_back(code + half);
    EXPECT_EQ(shifted, m_golden->integers(codes)) << codes;
    EXPECT_EQ(std::vector<double>(found.scales.begin(), found.scales.end()), m_golden->doubles(scales)) << scales;
    if (found.zeros.empty()) return;
    std::vector<std::int64_t> shiftedZeros;
    for (std::int32_t zero : found.zeros) shiftedZeros.push_back(zero + half);
    EXPECT_EQ(shiftedZeros, m_golden->integers(zeros)) << zeros;
  }

  /// X^T X of rows [rows, channels].
  static compute::GramPtr gramOf(const std::vector<float>& x, std::size_t channels) {
    std::vector<double> gram(channels * channels);
    for (std::size_t t = 0; t < x.size(); t += channels) {
      for (std::size_t i = 0; i < channels; ++i) {
        for (std::size_t j = 0; j < channels; ++j) {
          gram[i * channels + j] += static_cast<double>(x[t + i]) * static_cast<double>(x[t + j]);
        }
      }
    }
    return compute::gramOf(std::move(gram));
  }

  std::unique_ptr<test::GoldenFile> m_golden;
  Json m_facts;
};

TEST_F(MethodVectors, SmoothQuantScales) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  stats::SiteStats site = test::madeSite({0, SiteKind::AttnIn}, floats("smoothquant.absmax"));
  site.readers.resize(2);
  for (int r = 0; r < 2; ++r) {
    const std::vector<float> weight = floats("smoothquant.w" + std::to_string(r + 1));
    std::vector<float>& absmax = site.readers[static_cast<std::size_t>(r)].columnAbsmax;
    absmax.resize(48);
    for (std::size_t k = 0; k < weight.size(); ++k) absmax[k % 48] = std::max(absmax[k % 48], std::abs(weight[k]));
  }
  expectNear(smoothScale(site, 0.0), "smoothquant.s_alpha000");
  expectNear(smoothScale(site, 0.5), "smoothquant.s_alpha050");
  expectNear(smoothScale(site, 0.8), "smoothquant.s_alpha080");
  expectNear(smoothScale(site, 1.0), "smoothquant.s_alpha100");
}

TEST_F(MethodVectors, GptqCodes) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  struct Case {
    const char* name;
    WeightScheme scheme;
    GptqOptions options;
  };
  const std::vector<Case> cases{{"sym4_row", {4, 0, true}, {}},
                                {"sym4_g16", {4, 16, true}, {}},
                                {"sym4_g16_static", {4, 16, true}, {0.01, false, true}},
                                {"sym4_g16_static_actorder", {4, 16, true}, {0.01, true, true}},
                                {"asym4_row", {4, 0, false}, {}},
                                {"asym4_g16", {4, 16, false}, {}},
                                {"sym3_row_damp01", {3, 0, true}, {0.1, false, false}},
                                {"asym4_row_actorder", {4, 0, false}, {0.01, true, false}}};
  for (const Case& test : cases) {
    const std::string prefix = std::string("gptq.") + test.name;
    const compute::QuantizedWeight found =
        gptqQuantize(floats("gptq.w"), 12, 64, test.scheme, DType::BF16, m_golden->doubles("gptq.h"), test.options, {});
    expectEqual(found, prefix + ".codes", prefix + ".scales", prefix + ".zeros");
  }
}

TEST_F(MethodVectors, GptqOfWiderMatrices) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  const std::vector<double> h = hessian(*gramOf(floats("gptq512.x"), 512), 640, {});
  const std::vector<float> weight = floats("gptq512.w");
  expectEqual(gptqQuantize(weight, 16, 512, {4, 128, true}, DType::BF16, h, {}, {}), "gptq512.sym4_g128.codes",
              "gptq512.sym4_g128.scales", "");
  expectEqual(gptqQuantize(weight, 16, 512, {4, 128, true}, DType::BF16, h, {0.01, true, true}, {}),
              "gptq512.sym4_g128_static_actorder.codes", "gptq512.sym4_g128_static_actorder.scales", "");
  expectEqual(gptqQuantize(weight, 16, 512, {4, 0, false}, DType::BF16, h, {}, {}), "gptq512.asym4_row.codes",
              "gptq512.asym4_row.scales", "gptq512.asym4_row.zeros");
}

TEST_F(MethodVectors, GptqAfterLae) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  const std::vector<float> scale = floats("gptq.after_lae.lae_s");
  std::vector<float> weight = floats("gptq.w");
  scaleColumns(weight, scale);
  const std::vector<double> h = hessian(*gramOf(floats("gptq.x"), 64), 200, scale);
  expectEqual(gptqQuantize(weight, 12, 64, {4, 16, true}, DType::BF16, h, {}, {}), "gptq.after_lae.codes",
              "gptq.after_lae.scales", "");
}

TEST_F(MethodVectors, GptqRaisesDampingWhereNothingElseHelps) {
  const std::vector<float> weight{1, 2, 3, 4};
  std::vector<Diagnostic> findings;
  JobContext context;
  context.diagnostic = [&](const Diagnostic& finding) { findings.push_back(finding); };
  // Not positive definite: eigenvalues 3 and -1.
  const compute::QuantizedWeight found =
      gptqQuantize(weight, 2, 2, {4, 0, true}, DType::F32, {1, 2, 2, 1}, {}, context);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, "gptq.damping_raised");
  EXPECT_EQ(found.codes.size(), 4u);
}

TEST_F(MethodVectors, AwqScalesLossesAndClips) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  const std::vector<float> mean = floats("awq.mean_abs");
  expectNear(awqScale(mean, 0), "awq.s_ratio00");
  expectNear(awqScale(mean, 0.05), "awq.s_ratio01");
  expectNear(awqScale(mean, 0.5), "awq.s_ratio10");
  expectNear(awqScale(mean, 0.95), "awq.s_ratio19");
  const compute::GramPtr gram = gramOf(floats("awq.x"), 64);
  const std::vector<double> h = hessian(*gram, 256, {});
  for (const bool symmetric : {true, false}) {
    const std::string prefix = symmetric ? "awq.sym4_g16." : "awq.asym4_g16.";
    const WeightScheme scheme{4, 16, symmetric};
    const std::vector<double> golden = m_golden->doubles(prefix + "losses");
    std::vector<double> losses;
    for (int i = 0; i < kAwqRatios; ++i) {
      const std::vector<float> scale = awqScale(mean, i / 20.0);
      losses.push_back(awqLoss(floats("awq.w1"), 24, scale, h, scheme, DType::BF16) +
                       awqLoss(floats("awq.w2"), 8, scale, h, scheme, DType::BF16));
      EXPECT_NEAR(losses.back(), golden[static_cast<std::size_t>(i)], kLossTolerance * losses.back()) << prefix << i;
    }
    const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin();
    EXPECT_EQ(best, m_facts.at(prefix.substr(0, prefix.size() - 1)).at("ratio_index").get<std::int64_t>());

    const std::vector<float> scale = awqScale(mean, static_cast<double>(best) / 20);
    expectNear(scale, prefix + "s");
    std::vector<float> folded = floats("awq.w1");
    scaleColumns(folded, scale);
    const std::vector<float> limits = awqClipLimits(folded, 24, 64, hessian(*gram, 256, scale), scheme, DType::BF16);
    EXPECT_EQ(limits, floats(prefix + "clip_limit"));
    expectEqual(quantizeWeight(folded, 24, 64, scheme, DType::BF16, limits, AffineRange::AsFound), prefix + "w1_codes",
                prefix + "w1_scales", prefix + "w1_zeros");
  }
}

TEST_F(MethodVectors, RptqClusters) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  struct Case {
    const char* name;
    int clusters, bits;
    std::int64_t kvHeads, headDim;
  };
  for (const Case& test : {Case{"separated_k4", 4, 8, 0, 0}, Case{"overlapping_k8_a8", 8, 8, 0, 0},
                           Case{"overlapping_k8_a4", 8, 4, 0, 0}, Case{"heads4_kv2_k2", 2, 8, 2, 8}}) {
    const std::string prefix = std::string("rptq.") + test.name + ".";
    const std::vector<float> points = floats(prefix + "points");
    std::vector<float> max, min;
    for (std::size_t k = 0; k < points.size(); k += 2) {
      max.push_back(points[k]);
      min.push_back(points[k + 1]);
    }
    const ActivationClusters found = rptqClusters(max, min, test.clusters, test.bits, test.kvHeads, test.headDim);
    EXPECT_EQ(std::vector<std::int64_t>(found.labels.begin(), found.labels.end()),
              m_golden->integers(prefix + "labels"))
        << prefix;
    expectNear(found.scales, prefix + "scale");
    EXPECT_EQ(std::vector<std::int64_t>(found.zeros.begin(), found.zeros.end()), m_golden->integers(prefix + "zero"));
    if (test.kvHeads == 0) {
      const std::vector<std::int32_t> order = channelOrder(found.labels);
      EXPECT_EQ(std::vector<std::int64_t>(order.begin(), order.end()), m_golden->integers(prefix + "perm"));
    }
    if (!m_golden->contains(prefix + "x")) continue;
    std::vector<std::int64_t> codes;
    const std::vector<float> x = floats(prefix + "x");
    for (std::size_t k = 0; k < x.size(); ++k) {
      const auto label = static_cast<std::size_t>(found.labels[k % found.labels.size()]);
      codes.push_back(clusterCode(x[k], found.scales[label], found.zeros[label], test.bits));
    }
    EXPECT_EQ(codes, m_golden->integers(prefix + "x_codes"));
  }
  const std::vector<float> points = floats("rptq.overlapping_k8_a8.points");
  std::vector<ChannelRange> ranges;
  for (std::size_t k = 0; k < points.size(); k += 2) ranges.push_back({points[k], points[k + 1]});
  EXPECT_NEAR(clusterChannels(ranges, 8).inertia, m_facts.at("rptq.overlapping_k8_a8").at("inertia").get<double>(),
              1e-9);
}

TEST_F(MethodVectors, ShiftedFold) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  load(root);
  const std::vector<float> scale = floats("osplus.shift.s"), shift = floats("osplus.shift.z");
  expectNear(foldNormWeight(floats("osplus.nw"), 0, scale, DType::F32), "osplus.shift.norm_weight");
  expectNear(foldNormBias(floats("osplus.nb"), scale, shift, DType::F32), "osplus.shift.norm_bias");
  expectNear(shiftBias(floats("osplus.b1"), floats("osplus.w1"), shift), "osplus.shift.bias1");
  std::vector<float> weight = floats("osplus.w1");
  scaleColumns(weight, scale);
  expectNear(weight, "osplus.shift.w1");
}

TEST(Hessian, OfAShiftedAndScaledInputIsMadeFromTheGramOfTheGivenOne) {
  constexpr std::size_t kChannels = 3, kTokens = 4;
  const std::vector<double> x{1, 5, -2, 3, 4, 0, -1, 7, 2, 5, 6, 4};
  const std::vector<float> scale{2, 1, 4}, shift{2, 5.5f, 1}, mean{2, 5.5f, 1};
  std::vector<double> gram(kChannels * kChannels), expected(gram.size());
  for (std::size_t i = 0; i < kChannels; ++i) {
    for (std::size_t j = 0; j < kChannels; ++j) {
      for (std::size_t t = 0; t < kTokens; ++t) {
        const double a = x[t * kChannels + i], b = x[t * kChannels + j];
        gram[i * kChannels + j] += a * b;
        expected[i * kChannels + j] += 2.0 / kTokens * (a - shift[i]) / scale[i] * (b - shift[j]) / scale[j];
      }
    }
  }
  const std::vector<double> found = hessian(*compute::gramOf(gram), kTokens, scale, {}, shift, mean);
  for (std::size_t k = 0; k < found.size(); ++k) EXPECT_NEAR(found[k], expected[k], 1e-12) << k;
}

}  // namespace
}  // namespace oscope::quant
