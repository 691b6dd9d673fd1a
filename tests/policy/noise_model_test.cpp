#include "quant/policy/noise_model.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

#include "quant/numerics/quantize.h"

namespace oscope::quant {
namespace {

/// Heavy clipping shows most of what a bin's flat density costs; rounding alone stays below 0.1 dB.
constexpr double kHistogramErrorDb = 1.2;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RoundingIntegral, EqualsNumericalIntegration) {
  const double step = 0.3;
  for (double topCode : {2.0, 5.0, kInfinity}) {
    double sum = 0;
    const double width = 1e-5;
    for (double u = width / 2; u < 2.0; u += width) {
      const double error = u - step * std::min(std::nearbyint(u / step), topCode);
      sum += error * error * width;
    }
    EXPECT_NEAR(roundingIntegral(2.0, step, topCode), sum, 1e-6) << topCode;
  }
}

TEST(HistogramNoise, PredictsTheErrorOfQuantizedValues) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0, 1);
  std::vector<std::uint32_t> counts(compute::kHistogramBins);
  std::vector<float> values(200000);
  float top = 0;
  for (float& value : values) {
    value = normal(generator);
    top = std::max(top, std::abs(value));
    ++counts[static_cast<std::size_t>(compute::histogramBin(value))];
  }
  for (float scale : {0.5f, 0.04f, 0.01f}) {  // coarse, fine, clipping at 1.27
    double measured = 0;
    for (float value : values) {
      const double error = value - static_cast<double>(scale) * quantizeValue(value, scale, 8);
      measured += error * error;
    }
    const double predicted = histogramNoise<std::uint32_t>(counts, scale, 127, top);
    EXPECT_NEAR(10 * std::log10(predicted / measured), 0, kHistogramErrorDb) << "dB at scale " << scale;
  }
}

TEST(TokenScales, KeepTheMeanSquareAndTheShares) {
  const std::vector<float> maxima{0, 1, 1.01f, 8, 100};
  double shares = 0, squares = 0;
  for (const ScaleBucket& bucket : tokenScales(maxima, 127)) {
    shares += bucket.share;
    squares += bucket.share * bucket.scale * bucket.scale;
  }
  EXPECT_DOUBLE_EQ(shares, 4.0 / 5);
  EXPECT_NEAR(squares, (1 + 1.01 * 1.01 + 64 + 10000) / (5 * 127.0 * 127.0), 1e-6);
}

}  // namespace
}  // namespace oscope::quant
