// Float and quantized models on the first evaluation windows, against an independent program.
#include "tests/support/test_data.h"
#include "tests/verify/golden_run.h"

namespace oscope::quant {
namespace {

using test::expectRelative;
using test::GoldenCase;
using test::GoldenRun;

void expectSites(const VerifyReport& report, const Json& golden) {
  ASSERT_EQ(report.sites.size(), golden.size());
  for (const SiteMeasure& site : report.sites) {
    const Json& expected = golden.at(toString(site.id));
    const auto near = [&](double found, const char* key, double tolerance) {
      EXPECT_NEAR(found, expected.at(key).get<double>(), tolerance) << toString(site.id) << " " << key;
    };
    near(site.inputSqnrLocalDb, "input_sqnr_local_db", test::kLocalDb);
    near(site.inputSqnrDb, "input_sqnr_e2e_db", test::kEndToEndDb);
    near(site.inputCosine, "input_cosine_e2e", test::kCosine);
    ASSERT_EQ(site.linears.size(), expected.at("linears").size());
    for (const LinearMeasure& linear : site.linears) {
      const Json& output = expected.at("linears").at(linear.module);
      EXPECT_NEAR(linear.outputSqnrLocalDb, output.at("output_sqnr_local_db").get<double>(), test::kLocalDb)
          << linear.module;
      EXPECT_NEAR(linear.outputSqnrDb, output.at("output_sqnr_e2e_db").get<double>(), test::kEndToEndDb)
          << linear.module;
      EXPECT_LT(linear.integerMaxRelative.value(), test::kIntegerRelative) << linear.module;
    }
  }
}

class VerifyGolden : public ::testing::TestWithParam<GoldenCase> {};

TEST_P(VerifyGolden, FirstWindowsGiveTheSameFigures) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenRun run(root, GetParam());
  VerifyOptions options;
  options.staticBaseline = false;
  const VerifyReport report = run.verify(8, options);
  expectRelative(report.floatPerplexity, run.json().at("eval").at("ppl_float_first_windows").at("float32"),
                 test::kFloatPerplexity, "float perplexity");
  const Json& golden = run.json().at(GetParam().key);
  test::expectModel(report.quantized, golden.at("tolerance").at("first_windows"));
  expectSites(report, golden.at("sites").at("values"));
}

INSTANTIATE_TEST_SUITE_P(
    Models, VerifyGolden,
    ::testing::Values(GoldenCase{"stories260k", "fptq"}, GoldenCase{"stories260k-bf16-sharded", "fptq_custom"},
                      GoldenCase{"tinystories-656k", "fptq"}, GoldenCase{"tinystories-656k-outliers", "fptq"},
                      GoldenCase{"tiny-bloom", "fptq_custom"}, GoldenCase{"tiny-random-llama-untied", "fptq"}));

TEST(VerifyGoldenModel, TheRuntimesDivisorChangesDynamicSitesAlone) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenRun run(root, {"tinystories-656k-outliers", "fptq"});
  VerifyOptions options;
  options.siteSamples = 1;
  options.staticBaseline = false;
  const VerifyReport paper = run.verify(2, options);
  options.dynamicDivisor = 127.5;
  const VerifyReport client = run.verify(2, options);
  for (std::size_t s = 0; s < paper.sites.size(); ++s) {
    const bool changed = paper.sites[s].inputSqnrLocalDb != client.sites[s].inputSqnrLocalDb;
    EXPECT_EQ(changed, paper.sites[s].policy == Policy::Dynamic) << toString(paper.sites[s].id);
  }
}

}  // namespace
}  // namespace oscope::quant
