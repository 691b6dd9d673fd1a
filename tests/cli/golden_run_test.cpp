// The result table of the given outlier model, through the program alone: float, FPTQ and static everywhere.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "analysis/base/json.h"
#include "tests/cli/run_program.h"

namespace oscope::test {
namespace {

// Error budgets of the given results, relative unless said otherwise.
constexpr double kFloatPerplexity = 1e-5, kPerplexity = 0.01, kKl = 0.03, kTop1Absolute = 0.01;
/// Static scales without folds destroy the model; what is left of it amplifies every rounding.
constexpr double kDestroyedPerplexity = 0.05;

TEST(GoldenRun, OutlierModelSideBySide) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const std::string name = "tinystories-656k-outliers";
  const Json expected = readJsonFile(root / "golden" / (name + ".json"));
  const ScratchFolder folder;
  const Outcome outcome = oscope({"run", (root / "models" / name).string(), "-o", folder / "out", "--tokens",
                                  (root / "golden" / (name + ".calibration.safetensors")).string(), "--eval-tokens",
                                  (root / "golden" / (name + ".eval.safetensors")).string(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json report = parseJson(outcome.out, "stdout");

  EXPECT_EQ(report.at("plan").at("counts").at("static"), 2);
  EXPECT_EQ(report.at("plan").at("counts").at("lae_static"), 4);
  EXPECT_EQ(report.at("plan").at("counts").at("dynamic"), 2);

  const auto near = [](const Json& value, const Json& wanted, double relative) {
    EXPECT_NEAR(value.get<double>() / wanted.get<double>(), 1, relative);
  };
  const Json& verified = report.at("verify");
  const Json& results = expected.at("fptq").at("results");
  near(verified.at("float").at("perplexity"), expected.at("eval").at("ppl_float"), kFloatPerplexity);
  near(verified.at("quantized").at("perplexity"), results.at("ppl_quantized"), kPerplexity);
  near(verified.at("quantized").at("kl_mean"), results.at("kl_mean"), kKl);
  EXPECT_NEAR(verified.at("quantized").at("top1_agreement").get<double>(), results.at("top1_agreement").get<double>(),
              kTop1Absolute);
  near(verified.at("static_everywhere").at("perplexity"),
       expected.at("baselines").at("w4a8_static_everywhere").at("ppl_quantized"), kDestroyedPerplexity);
}

}  // namespace
}  // namespace oscope::test
