#include "quant/numerics/quantize.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

using ::testing::ElementsAre;

TEST(SymmetricScale, DividesByTheLargestCodeAndRoundsToTheStoredType) {
  EXPECT_EQ(symmetricScale(7.0f, 4, DType::F32), 1.0f);
  EXPECT_EQ(symmetricScale(127.0f, 8, DType::F32), 1.0f);
  EXPECT_EQ(symmetricScale(1.0f, 4, DType::BF16), 0.142578125f);  // 1/7 between two bf16 values, the nearer one
}

TEST(SymmetricScale, IsNeverZero) {
  EXPECT_EQ(symmetricScale(0.0f, 4, DType::BF16), 1.0f);
  EXPECT_GT(symmetricScale(std::numeric_limits<float>::denorm_min(), 4, DType::BF16), 0.0f);
  EXPECT_GT(symmetricScale(1e-8f, 4, DType::F16), 0.0f);
}

TEST(StaticActivationScale, SnapsUp) {
  for (double range : {0.013, 3.569, 8.729, 142.757, 827.3}) {
    for (DType dtype : {DType::BF16, DType::F16, DType::F32}) {
      const float scale = staticActivationScale(range, 8, dtype);
      EXPECT_GE(static_cast<double>(scale), range / 127.0);
      EXPECT_EQ(roundTo(dtype, scale), scale) << "a value of the stored type";
      EXPECT_LT(scale, range / 127.0 * 1.008) << "at most one bf16 step above";
    }
  }
  EXPECT_EQ(staticActivationScale(0, 8, DType::BF16), 1.0f);
}

TEST(QuantizeValue, RoundsHalfToEvenAndClamps) {
  const float scale = 0.5f;
  EXPECT_EQ(quantizeValue(0.25f, scale, 4), 0);
  EXPECT_EQ(quantizeValue(0.75f, scale, 4), 2);
  EXPECT_EQ(quantizeValue(-0.75f, scale, 4), -2);
  EXPECT_EQ(quantizeValue(1.25f, scale, 4), 2);
  EXPECT_EQ(quantizeValue(100.0f, scale, 4), 7);
  EXPECT_EQ(quantizeValue(-100.0f, scale, 4), -8);
  EXPECT_EQ(quantizeValue(-1e30f, scale, 8), -128);
}

TEST(QuantizeWeight, FallsBackToOneScalePerRowWhereTheGroupDoesNotDivide) {
  const WeightScheme scheme{4, 4, true};
  EXPECT_EQ(effectiveGroup(scheme, 8), 4);
  EXPECT_EQ(effectiveGroup(scheme, 6), 6);
  EXPECT_EQ(effectiveGroup({4, 0, true}, 6), 6);
  const std::vector<float> weight{7, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0};
  const compute::QuantizedWeight result = quantizeWeight(weight, 2, 6, scheme, DType::BF16);
  EXPECT_EQ(result.group, 6);
  EXPECT_THAT(result.scales, ElementsAre(1.0f, 2.0f));
  EXPECT_EQ(dequantizeWeight(result), weight);
}

TEST(QuantizeWeight, ClipLimitsBoundTheRange) {
  const std::vector<float> weight{14, 3.5f, -14, 0};
  const std::vector<float> limits{7};
  const compute::QuantizedWeight result = quantizeWeight(weight, 1, 4, {4, 0, true}, DType::F32, limits);
  EXPECT_THAT(result.scales, ElementsAre(1.0f));
  EXPECT_THAT(result.codes, ElementsAre(7, 4, -7, 0));
}

TEST(QuantizeWeight, AsymmetricCodesAreSignedAndZeroStaysExact) {
  const std::vector<float> weight{0, 15, 3, 7};
  const compute::QuantizedWeight result = quantizeWeight(weight, 1, 4, {4, 0, false}, DType::F32);
  EXPECT_THAT(result.codes, ElementsAre(-8, 7, -5, -1));
  EXPECT_THAT(result.zeros, ElementsAre(-8));
  EXPECT_EQ(dequantizeWeight(result), weight);
}

TEST(QuantizeWeight, NamesTheGroupThatIsNotFinite) {
  std::vector<float> weight(16, 1.0f);
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    weight[13] = bad;
    try {
      quantizeWeight(weight, 2, 8, {4, 4, true}, DType::BF16);
      FAIL() << "accepted " << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::NonFinite);
      EXPECT_EQ(error.where(), "output channel 1, group 1");
    }
  }
}

TEST(WeightScheme, DescribesItself) {
  EXPECT_EQ((WeightScheme{4, 128, true}).describe(), "int4 g128");
  EXPECT_EQ((WeightScheme{8, 0, true}).describe(), "int8 per channel");
  EXPECT_EQ((WeightScheme{16, 0, true}).describe(), "float");
}

TEST(ActivationDivisor, KeepsTheHalfStepAtOtherWidths) {
  EXPECT_EQ(activationDivisor({DType::BF16, 8, 127.0}, 8), 127.0);
  EXPECT_EQ(activationDivisor({DType::BF16, 8, 127.5}, 4), 7.5);
}

}  // namespace
}  // namespace oscope::quant
