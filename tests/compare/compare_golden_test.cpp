// The four methods on whole given models, against an independent program: one recipe of each, in the default run.
#include "tests/compare/golden_comparison.h"

namespace oscope::quant {
namespace {

using test::GoldenComparison;

const std::vector<std::string> kOneOfEach{"awq_w4a16",      "fptq_gptq_w4a8",      "gptq_w4a16_actorder",
                                          "rptq_w4a8_gptq", "rptq_w4a4",           "rptq_w4a8_1cluster",
                                          "osplus_w4a8",    "smoothquant_w8a8_o1", "smoothquant_w8a8_o3"};

class CompareGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(CompareGolden, EveryMethodGivesTheTable) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenComparison comparison(root, GetParam());
  const CompareReport report = comparison.run(comparison.recipes(kOneOfEach));
  ASSERT_EQ(report.rows.size(), kOneOfEach.size());
  const Json& first = comparison.golden().at("methods").begin().value();
  test::expectRelative(report.floatPerplexity, first.at("results").at("ppl_float"), test::kFloatPerplexity, "float");
  EXPECT_EQ(report.floatBytes, first.at("size").at("float16_model_bytes").get<std::uint64_t>());
  for (const MethodRow& row : report.rows) comparison.expectRow(row);
}

std::string testName(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(GivenModels, CompareGolden,
                         ::testing::Values("tinystories-656k-outliers", "tiny-bloom", "tiny-random-opt"), testName);

TEST(VerifyPlanGolden, ClustersAreVerifiedInMemory) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenComparison comparison(root, "tiny-random-opt");
  const std::vector<NamedRecipe> recipes = comparison.recipes({"rptq_w4a8"});
  const Plan plan = makePlan(comparison.snapshot(), recipes.at(0).recipe);
  VerifyOptions options;
  options.staticBaseline = false;
  const auto backend = compute::cpuBackendFactory().create("cpu", {});
  MethodRow row;
  row.name = "rptq_w4a8";
  VerifyReport report =
      verifyPlan(comparison.model(), comparison.snapshot(), plan, comparison.windows(), options, *backend, {});
  row.measure = report.quantized;
  row.sites = report.sites;
  row.bytes = comparison.golden().at("methods").at(row.name).at("size").at("model_bytes");
  row.policies[0] = plan.count(Policy::Static);
  comparison.expectRow(row);
}

}  // namespace
}  // namespace oscope::quant
