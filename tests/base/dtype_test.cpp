#include "analysis/base/dtype.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace oscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(DType, NamesAndWidthsMatchTheFormat) {
  EXPECT_EQ(parseDType("BF16"), DType::BF16);
  EXPECT_EQ(parseDType("F8_E4M3FNUZ"), DType::F8_E4M3FNUZ);
  EXPECT_FALSE(parseDType("bf16"));
  EXPECT_FALSE(parseDType("I4"));
  EXPECT_FALSE(parseDType(""));
  EXPECT_EQ(bitSize(DType::F4), 4);
  EXPECT_EQ(bitSize(DType::F6_E3M2), 6);
  EXPECT_EQ(bitSize(DType::Bool), 8);
  EXPECT_EQ(bitSize(DType::U16), 16);
  EXPECT_EQ(bitSize(DType::C64), 64);
  for (int i = 0; i <= static_cast<int>(DType::U64); ++i) {
    const auto dtype = static_cast<DType>(i);
    EXPECT_EQ(parseDType(toString(dtype)), dtype);
  }
}

/// The value of half bits by the definition in IEEE 754, in double.
double halfByDefinition(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) {
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return exponent == 0 ? sign * std::ldexp(mantissa, -24) : sign * std::ldexp(1024 + mantissa, exponent - 25);
}

TEST(Fp16, All65536PatternsRoundTrip) {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float value = fp16ToFloat(bits);
    if (std::isnan(halfByDefinition(bits))) {
      ASSERT_TRUE(std::isnan(value)) << i;
      ASSERT_TRUE(std::isnan(fp16ToFloat(floatToFp16(value)))) << i;
      ASSERT_EQ(floatToFp16(value) & 0x8000, bits & 0x8000) << i;
      continue;
    }
    ASSERT_EQ(static_cast<double>(value), halfByDefinition(bits)) << i;
    ASSERT_EQ(floatToFp16(value), bits) << i;
  }
}

TEST(Bf16, All65536PatternsRoundTrip) {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float value = bf16ToFloat(bits);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(bf16ToFloat(floatToBf16(value)))) << i;
      ASSERT_EQ((bits & 0x7F80), 0x7F80) << i;
      continue;
    }
    ASSERT_EQ(floatToBf16(value), bits) << i;
  }
}

/// Between two neighbouring halves (or bfloats) the nearer one wins, and the even one at the middle.
template <typename ToFloat, typename FromFloat>
void checkMiddles(std::uint16_t lastFinite, ToFloat toFloat, FromFloat fromFloat) {
  for (std::uint16_t bits = 0; bits < lastFinite; ++bits) {
    const float low = toFloat(bits), high = toFloat(static_cast<std::uint16_t>(bits + 1));
    const auto middle = static_cast<float>((static_cast<double>(low) + static_cast<double>(high)) / 2);
    const std::uint16_t even = bits % 2 == 0 ? bits : static_cast<std::uint16_t>(bits + 1);
    ASSERT_EQ(fromFloat(middle), even) << bits;
    ASSERT_EQ(fromFloat(-middle), even | 0x8000) << bits;
    ASSERT_EQ(fromFloat(std::nextafter(middle, low)), bits) << bits;
    ASSERT_EQ(fromFloat(std::nextafter(middle, high)), bits + 1) << bits;
  }
}

TEST(Fp16, RoundsToNearestEven) {
  checkMiddles(0x7BFF, fp16ToFloat, floatToFp16);
}
TEST(Bf16, RoundsToNearestEven) {
  checkMiddles(0x7F7F, bf16ToFloat, floatToBf16);
}

// np.float32(x).astype(np.float16).view(np.uint16)
TEST(Fp16, GivesTheBitsOfNumpy) {
  EXPECT_EQ(floatToFp16(0.1F), 0x2E66);
  EXPECT_EQ(floatToFp16(-2.718281828F), 0xC170);
  EXPECT_EQ(floatToFp16(3.141592654F), 0x4248);
  EXPECT_EQ(floatToFp16(65504.0F), 0x7BFF);
  EXPECT_EQ(floatToFp16(65519.996F), 0x7BFF);
  EXPECT_EQ(floatToFp16(65520.0F), 0x7C00);
  EXPECT_EQ(floatToFp16(1e30F), 0x7C00);
  EXPECT_EQ(floatToFp16(-kInfinity), 0xFC00);
  EXPECT_EQ(floatToFp16(6e-8F), 0x0001);
  EXPECT_EQ(floatToFp16(2.9802322e-08F), 0x0000);  // 2^-25: the middle, to even
  EXPECT_EQ(floatToFp16(2.9802326e-08F), 0x0001);
  EXPECT_EQ(floatToFp16(-1e-10F), 0x8000);
  EXPECT_EQ(floatToFp16(6.1035156e-05F), 0x0400);
  EXPECT_EQ(floatToFp16(6.1e-05F), 0x03FF);
}

// torch.tensor(x).bfloat16().view(torch.int16)
TEST(Bf16, GivesTheBitsOfTorch) {
  EXPECT_EQ(floatToBf16(0.1F), 0x3DCD);
  EXPECT_EQ(floatToBf16(-2.718281828F), 0xC02E);
  EXPECT_EQ(floatToBf16(3.4028235e38F), 0x7F80);
  EXPECT_EQ(floatToBf16(1e-45F), 0x0000);
  EXPECT_EQ(floatToBf16(kInfinity), 0x7F80);
}

TEST(RoundUpTo, IsTheSmallestValueNotBelow) {
  std::mt19937 random(1);
  for (DType dtype : {DType::F16, DType::BF16}) {
    for (int i = 0; i < 100'000; ++i) {
      const float value =
          std::ldexp(1.0F + static_cast<float>(random()) * 0x1p-32F, static_cast<int>(random() % 24) - 15);
      const float up = roundUpTo(dtype, value);
      ASSERT_GE(up, value);
      ASSERT_EQ(roundTo(dtype, up), up) << "not a value of the dtype";
      const std::uint16_t bits = dtype == DType::F16 ? floatToFp16(up) : floatToBf16(up);
      const auto below = static_cast<std::uint16_t>(bits - 1);
      ASSERT_LT(dtype == DType::F16 ? fp16ToFloat(below) : bf16ToFloat(below), value) << "a smaller one would do";
    }
  }
  EXPECT_EQ(roundUpTo(DType::F32, 0.1F), 0.1F);
  EXPECT_EQ(roundUpTo(DType::F16, 65505.0F), kInfinity);
  EXPECT_EQ(roundUpTo(DType::F16, 1e-9F), 0x1p-24F);
  EXPECT_EQ(roundUpTo(DType::BF16, 3.4e38F), kInfinity);
}

}  // namespace
}  // namespace oscope
