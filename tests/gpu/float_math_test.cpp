// The arithmetic that kernels of the forward pass share with the host, against the host's own conversions.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/base/dtype.h"
#include "gpu/kernels/row_math.h"
#include "gpu/kernels/split_math.h"

namespace oscope::gpu {
namespace {

/// Floats of all magnitudes and signs, with those around every fp16 rounding border.
std::vector<float> someFloats() {
  std::vector<float> values{0.0f,     -0.0f,     65504.0f, 65519.9f, 65520.0f, -1e30f,
                            INFINITY, -INFINITY, 6e-8f,    2.9e-8f,  2.98e-8f, 3.0e-8f};
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const float value = floatOf(static_cast<std::uint32_t>(random()));
    if (!std::isnan(value)) values.push_back(value);
  }
  for (std::uint32_t bits = 0x33000000u; bits < 0x47800000u; bits += 0x1000u) values.push_back(floatOf(bits));
  return values;
}

TEST(FloatMath, ConversionsAreThoseOfTheHost) {
  for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float mine = fromFp16(half), host = fp16ToFloat(half);
    ASSERT_TRUE(bitsOf(mine) == bitsOf(host) || (std::isnan(mine) && std::isnan(host))) << bits;
    ASSERT_EQ(bitsOf(fromBf16(half)), bitsOf(bf16ToFloat(half))) << bits;
  }
  for (const float value : someFloats()) {
    ASSERT_EQ(toFp16(value), floatToFp16(value)) << value;
    ASSERT_EQ(toBf16(value), floatToBf16(value)) << value;
  }
  EXPECT_TRUE(std::isnan(fromFp16(toFp16(NAN))));
  EXPECT_TRUE(std::isnan(fromBf16(toBf16(NAN))));
}

TEST(FloatMath, Tf32KeepsTenBitsAndIsNearest) {
  for (const float value : someFloats()) {
    const float rounded = toTf32(value);
    ASSERT_EQ(bitsOf(rounded) & 0x1FFFu, std::isinf(value) ? bitsOf(value) & 0x1FFFu : 0u);
    if (std::isinf(rounded)) continue;
    ASSERT_LE(std::fabs(static_cast<double>(rounded) - value), std::ldexp(std::fabs(value), -11) + 1e-41) << value;
  }
  EXPECT_TRUE(std::isnan(toTf32(NAN)));
}

double sumOf(const std::uint16_t* terms, float (*convert)(std::uint16_t)) {
  return static_cast<double>(convert(terms[0])) + convert(terms[1]) + convert(terms[2]);
}

TEST(SplitMath, ThreeBf16TermsAreTheValue) {
  for (const float value : someFloats()) {
    if (std::isinf(value) || std::fabs(value) > 3.3e38f || std::fabs(value) < 1e-30f) continue;
    std::uint16_t terms[3];
    splitBf16(value, 3, terms, 1);
    ASSERT_EQ(sumOf(terms, fromBf16), value);
  }
  std::uint16_t terms[3];
  splitBf16(INFINITY, 3, terms, 1);
  EXPECT_EQ(sumOf(terms, fromBf16), INFINITY);
}

TEST(SplitMath, ThreeFp16TermsKeepFloatBitsOfEverythingNearTheLargest) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (const float largest : {1e-30f, 3e-7f, 0.02f, 1.0f, 7.7f, 32768.0f, 1e6f, 1e30f}) {
    const int shift = fp16Shift(bitsOf(largest));
    const float up = powerOfTwo(shift);
    EXPECT_GE(largest * up, 16384.0f);
    EXPECT_LT(largest * up, 32768.0f);
    EXPECT_EQ(largest * up * powerOfTwo(-shift), largest);
    for (int i = 0; i < 1000; ++i) {
      const float value = largest * std::tanh(normal(random) * 0.1f);
      std::uint16_t terms[3];
      splitFp16(value * up, 3, terms, 1);
      const double back = std::ldexp(sumOf(terms, fromFp16), -shift);
      ASSERT_LE(std::fabs(back - value), std::ldexp(largest, -38)) << value << " of " << largest;
    }
  }
  for (const float odd : {0.0f, INFINITY, NAN}) EXPECT_EQ(fp16Shift(bitsOf(odd) & 0x7FFFFFFFu), 0);
}

TEST(RowMath, SigmoidFormsSaturateAndKeepNaN) {
  const ActivationForm silu{ActivationForm::Sigmoid, 1.0f, 0.0f};
  EXPECT_EQ(activated(silu, 200.0f), 200.0f);
  EXPECT_EQ(activated(silu, -200.0f), -0.0f);
  EXPECT_NEAR(activated(silu, 1.0f), 1.0 / (1.0 + std::exp(-1.0)), 1e-7);
  EXPECT_TRUE(std::isnan(activated(silu, NAN)));
  EXPECT_TRUE(std::isnan(activated({ActivationForm::Relu}, NAN)));
  EXPECT_EQ(inverseRoot(16.0, 4, 0.0f), 0.5f);
}

}  // namespace
}  // namespace oscope::gpu
