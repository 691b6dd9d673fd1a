// The arithmetic of quantization that kernels share with the host, against the CPU's loops: the same bits.
#include "gpu/kernels/quant_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/weight_quantization.h"
#include "gpu/kernels/weight_quant_math.h"

namespace oscope::gpu {
namespace {

std::vector<float> someFloats() {
  std::vector<float> values{0.0f, -0.0f, 0.5f, 1.5f, -2.5f, 1e-45f, INFINITY, -INFINITY};
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) values.push_back(floatOf(random() & 0xBFFFFFFFu));  // |x| < 2: every exponent below
  for (int i = -400; i < 400; ++i) values.push_back(static_cast<float>(i) * 0.25f);
  for (float& value : values) {
    if (std::isnan(value)) value = 1.0f;
  }
  return values;
}

TEST(QuantMath, CodesAndFakeValuesAreThoseOfTheCpu) {
  std::vector<float> x = someFloats();
  const auto count = static_cast<std::int64_t>(x.size());
  for (const float scale : {1.0f, 0.31f, 1e-20f, 3e5f}) {
    for (const int bits : {2, 4, 8, 16}) {
      const auto half = static_cast<float>(1 << (bits - 1));
      std::vector<float> fake(x.size());
      compute::cpu::kernels().fakeQuantRow(x.data(), count, scale, -half, half - 1, fake.data());
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(bitsOf(fakeQuantized(x[i], scale, -half, half - 1)), bitsOf(fake[i])) << x[i];
      }
      if (bits > 8) continue;
      std::vector<std::int8_t> codes(x.size());
      compute::cpu::kernels().quantizeRow(x.data(), count, scale, -half, half - 1, codes.data());
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(codeOf(x[i], scale, -half, half - 1), codes[i]) << x[i];
    }
  }
}

TEST(QuantMath, NaNIsTheLowestCodeAndStaysInFakeValues) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(codeOf(nan, 1.0f, -8, 7), -8);
  EXPECT_TRUE(std::isnan(fakeQuantized(nan, 1.0f, -8, 7)));
}

TEST(QuantMath, AZeroRowHasScaleOne) {
  EXPECT_EQ(activationScale(0, 127.0f), 1.0f);
  EXPECT_EQ(activationScale(1, 127.0f), 1.0f);  // the scale vanishes
  EXPECT_EQ(activationScale(bitsOf(12.7f), 127.0f), 12.7f / 127.0f);
}

TEST(QuantMath, ScalesAndCodesOfWeightsAreThoseOfTheCpu) {
  const std::vector<float> values = someFloats();
  std::mt19937 random(5);
  const auto draw = [&] { return values[random() % values.size()]; };
  const std::pair<DType, FloatType> types[] = {
      {DType::BF16, FloatType::BF16}, {DType::F16, FloatType::F16}, {DType::F32, FloatType::F32}};
  for (int i = 0; i < 200000; ++i) {
    compute::WeightQuant quant;
    quant.bits = 2 + i % 7;
    quant.symmetric = i % 3 != 0;
    quant.scaleDtype = types[i % 3].first;
    quant.range = i % 2 == 0 ? compute::AffineRange::IncludesZero : compute::AffineRange::AsFound;
    const WeightRule rule{quant.bits, quant.symmetric, quant.range == compute::AffineRange::IncludesZero,
                          types[i % 3].second};
    const float pair[] = {draw(), draw()}, limit = i % 5 == 0 ? std::fabs(draw()) : INFINITY;
    if (std::isinf(pair[0]) || std::isinf(pair[1])) continue;
    const auto expected = compute::groupParams(pair, quant, limit);
    const float low = std::min(pair[0], pair[1]), high = std::max(pair[0], pair[1]);
    const GroupScale actual = groupScaleOf(std::max(low, -limit), std::min(high, limit), rule);
    ASSERT_EQ(bitsOf(actual.scale), bitsOf(expected.scale)) << low << ", " << high << ", " << limit;
    ASSERT_EQ(actual.zero, expected.zero) << low << ", " << high;
    for (const float value : pair) {
      if (!std::isfinite(expected.scale)) continue;
      ASSERT_EQ(static_cast<std::int8_t>(lowBitsOf(weightCode(value, limit, actual, rule))),
                compute::quantizeInGroup(std::clamp(value, -limit, limit), expected, quant))
          << value << " in " << expected.scale;
    }
  }
}

TEST(QuantMath, FourBitCodesUnpackWithTheirSign) {
  for (std::uint32_t first = 0; first < 16; ++first) {
    for (int place = 0; place < 8; ++place) {
      const std::uint32_t word = 0x77777777u ^ ((7u ^ first) << (4 * place));
      const std::uint64_t bytes = bytesOfCodes(word);
      for (int i = 0; i < 8; ++i) {
        const int code = static_cast<std::int8_t>(bytes >> (8 * i));
        EXPECT_EQ(code, i != place ? 7 : first < 8 ? static_cast<int>(first) : static_cast<int>(first) - 16);
      }
    }
  }
}

}  // namespace
}  // namespace oscope::gpu
