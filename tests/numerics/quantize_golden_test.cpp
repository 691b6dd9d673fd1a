// Scales and codes of the given unit vectors: exact, no tolerance.
#include <gmock/gmock.h>

#include "quant/numerics/quantize.h"
#include "tests/support/golden.h"
#include "tests/support/test_data.h"

namespace oscope::quant {
namespace {

struct Case {
  const char* name;
  WeightScheme scheme;
  AffineRange range;
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

class UnitVectors : public ::testing::TestWithParam<Case> {};

TEST_P(UnitVectors, ScalesZerosAndCodesAreEqual) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const test::GoldenFile golden(root / "golden/methods/unit_vectors.safetensors");
  const Case& test = GetParam();
  const std::string prefix = std::string("weights.") + test.name;
  const compute::QuantizedWeight result =
      quantizeWeight(golden.floats("weights.w"), 4, 64, test.scheme, DType::BF16, {}, test.range);
  EXPECT_EQ(std::vector<double>(result.scales.begin(), result.scales.end()), golden.doubles(prefix + ".scales"));
  std::vector<std::int64_t> codes(result.codes.begin(), result.codes.end());
  if (!test.scheme.symmetric) {
    const int half = 1 << (test.scheme.bits - 1);  // the goldens count from 0
    for (std::int64_t& code : codes) code += half;
    std::vector<std::int64_t> zeros;
    for (std::int32_t zero : result.zeros) zeros.push_back(zero + half);
    EXPECT_EQ(zeros, golden.integers(prefix + ".zeros"));
  }
  EXPECT_EQ(codes, golden.integers(prefix + ".codes"));
}

INSTANTIATE_TEST_SUITE_P(Weights, UnitVectors,
                         ::testing::Values(Case{"sym4_g32", {4, 32, true}, AffineRange::IncludesZero},
                                           Case{"sym8_row", {8, 0, true}, AffineRange::IncludesZero},
                                           Case{"sym3_g16", {3, 16, true}, AffineRange::IncludesZero},
                                           Case{"sym4_g48_falls_back_to_row", {4, 48, true}, AffineRange::IncludesZero},
                                           Case{"asym4_g32_zero_in_range", {4, 32, false}, AffineRange::IncludesZero},
                                           Case{"asym4_g32_awq", {4, 32, false}, AffineRange::AsFound}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(UnitVectorRounding, TiesAndClampsAreEqual) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const test::GoldenFile golden(root / "golden/methods/unit_vectors.safetensors");
  std::vector<std::int64_t> symmetric, affine;
  for (float x : golden.floats("rounding.x")) {
    symmetric.push_back(quantizeValue(x, 0.25f, 4));
    affine.push_back(quantizeAffine(x, {0.25f, 3}, 4));
  }
  EXPECT_EQ(symmetric, golden.integers("rounding.sym4_codes"));
  EXPECT_EQ(affine, golden.integers("rounding.asym4_codes"));
}

TEST(UnitVectorZeroQuant, GroupAndTokenCodesAreEqual) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const test::GoldenFile golden(root / "golden/methods/unit_vectors.safetensors");
  const compute::QuantizedWeight weight =
      quantizeWeight(golden.floats("llm_int8.w"), 8, 48, {4, 16, true}, DType::BF16);
  EXPECT_EQ(std::vector<std::int64_t>(weight.codes.begin(), weight.codes.end()), golden.integers("zeroquant.w_codes"));
  EXPECT_EQ(std::vector<double>(weight.scales.begin(), weight.scales.end()), golden.doubles("zeroquant.w_scales"));
}

}  // namespace
}  // namespace oscope::quant
