// All 64 evaluation windows: the table of results.
#include "tests/support/test_data.h"
#include "tests/verify/golden_run.h"

namespace oscope::quant {
namespace {

using test::expectRelative;
using test::GoldenCase;
using test::GoldenRun;

class VerifyGoldenSlow : public ::testing::TestWithParam<GoldenCase> {};

TEST_P(VerifyGoldenSlow, AllWindowsGiveTheTable) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenRun run(root, GetParam());
  VerifyOptions options;
  options.siteSamples = 0;
  const VerifyReport report = run.verify(64, options);
  expectRelative(report.floatPerplexity, run.json().at("eval").at("ppl_float"), test::kFloatPerplexity,
                 "float perplexity");
  const Json& golden = run.json().at(GetParam().key).at("results");
  test::expectModel(report.quantized, golden);
  expectRelative(report.quantized.klStandardError, golden.at("kl_se_window"), test::kKl, "standard error of the KL");
  expectRelative(report.quantized.klMax, golden.at("kl_max"), 0.1, "largest KL");
  ASSERT_TRUE(report.staticEverywhere.has_value());
  test::expectModel(*report.staticEverywhere, run.json().at("baselines").at("w4a8_static_everywhere"));
  RecordProperty("perplexity_float", std::to_string(report.floatPerplexity));
  RecordProperty("perplexity_quantized", std::to_string(report.quantized.perplexity));
  RecordProperty("perplexity_static", std::to_string(report.staticEverywhere->perplexity));
  RecordProperty("kl_standard_error", std::to_string(report.quantized.klStandardError));
}

INSTANTIATE_TEST_SUITE_P(Models, VerifyGoldenSlow,
                         ::testing::Values(GoldenCase{"tinystories-656k-outliers", "fptq"},
                                           GoldenCase{"tinystories-656k", "fptq"}, GoldenCase{"tiny-bloom", "fptq"},
                                           GoldenCase{"stories260k", "fptq"}));

}  // namespace
}  // namespace oscope::quant
