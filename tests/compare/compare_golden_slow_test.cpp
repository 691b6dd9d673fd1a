// Every golden recipe that the product has, on every given model: the table of METHODS' results.
#include "tests/compare/golden_comparison.h"

namespace oscope::quant {
namespace {

using test::GoldenComparison;

class CompareGoldenSlow : public ::testing::TestWithParam<const char*> {};

TEST_P(CompareGoldenSlow, AllRecipesGiveTheTable) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const GoldenComparison comparison(root, GetParam());
  const CompareReport report = comparison.run(comparison.recipes());
  EXPECT_GE(report.rows.size(), 27u);
  for (const MethodRow& row : report.rows) {
    comparison.expectRow(row);
    RecordProperty(row.name, std::to_string(row.measure.perplexity));
  }
}

std::string testName(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(GivenModels, CompareGoldenSlow,
                         ::testing::Values("tinystories-656k-outliers", "tinystories-656k", "stories260k", "tiny-bloom",
                                           "tiny-random-opt"),
                         testName);

}  // namespace
}  // namespace oscope::quant
