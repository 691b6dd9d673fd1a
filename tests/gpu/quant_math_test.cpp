// The arithmetic of quantization that kernels share with the host, against the CPU's loops: the same bits.
#include "gpu/kernels/quant_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "analysis/compute/cpu/kernels.h"

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

}  // namespace
}  // namespace oscope::gpu
