// Fake quantization and codes of activations against the rule in plain words, on every backend: the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/compute/backends.h"
#include "tests/support/expect_error.h"

namespace oscope::compute::test {
namespace {

using Mode = ActivationQuant::Mode;

class ActivationQuantOp : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  Backend& backend() { return *m_backend; }
  std::vector<float> faked(const std::vector<float>& x, const SequenceLayout& layout, const ActivationQuant& quant) {
    Tensor tensor = uploaded(backend(), x, layout.rows(), std::ssize(x) / layout.rows());
    backend().fakeQuant(tensor, layout, quant);
    return downloaded(backend(), tensor);
  }
  std::unique_ptr<Backend> m_backend;
};

float absmax(const float* first, const float* last) {
  float top = 0;
  for (; first != last; ++first) top = std::max(top, std::fabs(*first));
  return top;
}

TEST_P(ActivationQuantOp, CodesAndScalesFollowTheRule) {
  const std::int64_t cols = 37;
  SequenceLayout layout;
  layout.starts = {0, 2, 5};
  std::vector<float> x = activations(5, cols, 1);
  std::fill_n(x.begin() + cols, cols, 0.0f);  // an all-zero token
  for (const Mode mode : {Mode::Static, Mode::PerToken, Mode::PerSequence}) {
    for (const float divisor : {127.0f, 127.5f}) {
      const ActivationQuant quant{mode, 8, 0.31f, divisor};
      Tensor codes = backend().allocate(DType::I8, 5, cols), scales = backend().allocate(DType::F32, 5, 1);
      Tensor fake = uploaded(backend(), x, 5, cols);
      backend().quantize(fake, layout, quant, codes, scales);
      backend().fakeQuant(fake, layout, quant);
      std::vector<std::int8_t> actual(static_cast<std::size_t>(5 * cols));
      backend().download(codes, actual.data());
      const std::vector<float> actualScales = downloaded(backend(), scales), faked = downloaded(backend(), fake);
      for (std::int64_t row = 0; row < 5; ++row) {
        const std::int64_t first = mode == Mode::PerToken ? row : row < 2 ? 0 : 2;
        const std::int64_t last = mode == Mode::PerToken ? row + 1 : row < 2 ? 2 : 5;
        const float top = absmax(x.data() + first * cols, x.data() + last * cols);
        const float scale = mode == Mode::Static ? 0.31f : top == 0 ? 1.0f : top / divisor;
        ASSERT_EQ(actualScales[static_cast<std::size_t>(row)], scale);
        for (std::int64_t c = 0; c < cols; ++c) {
          const auto at = static_cast<std::size_t>(row * cols + c);
          const float code = std::clamp(std::nearbyint(x[at] / scale), -128.0f, 127.0f);
          ASSERT_EQ(static_cast<float>(actual[at]), code) << "row " << row << ", channel " << c;
          ASSERT_NEAR(faked[at], scale * code, kFakeQuantTolerance * std::fabs(scale * code));
        }
      }
    }
  }
}

TEST_P(ActivationQuantOp, TiesGoToEven) {
  const std::vector<float> x{0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 7.5f, -8.5f, 100.0f};
  Tensor fake = uploaded(backend(), x, 1, 9);
  backend().fakeQuant(fake, SequenceLayout::uniform(1, 1), {ActivationQuant::Mode::Static, 4, 1.0f, 7.0f});
  EXPECT_EQ(downloaded(backend(), fake), (std::vector<float>{0, 2, 2, -0.0f, -2, -2, 7, -8, 7}));
}

/// Clusters of channels, and what their spans look at.
struct Clusters {
  std::vector<std::int32_t> labels;
  std::vector<float> scales{0.02f, 0.5f, 0.013f, 3.0f};
  std::vector<std::int32_t> zeros{0, -3, 9000, 5};

  explicit Clusters(std::int64_t cols) {
    for (std::int64_t c = 0; c < cols; ++c) labels.push_back(static_cast<std::int32_t>(c * 7 / 3 % 4));
  }
  ActivationQuant quant(int bits) const {
    ActivationQuant quant;
    quant.mode = Mode::PerCluster;
    quant.bits = bits;
    quant.clusters = {labels, scales, zeros};
    return quant;
  }
  /// scale * (code - zero), code = clamp(rne(x / scale) + zero).
  float value(float x, std::size_t channel, int bits) const {
    const auto cluster = static_cast<std::size_t>(labels[channel]);
    const double half = std::exp2(bits - 1);
    const double code = std::nearbyint(static_cast<double>(x / scales[cluster])) + zeros[cluster];
    return scales[cluster] * static_cast<float>(std::clamp(code, -half, half - 1) - zeros[cluster]);
  }
};

std::vector<float> someFactors(std::int64_t cols) {
  std::vector<float> factors = activations(1, cols, 3);
  for (float& factor : factors) factor = 0.1f + std::fabs(factor);
  return factors;
}

// Rows and channels beyond what one block of a GPU takes; rows of odd width, and of whole vectors.
TEST_P(ActivationQuantOp, ClustersOfChannelsHaveTheirOwnScaleAndZero) {
  const std::int64_t rows = 11;
  for (const std::int64_t cols : {std::int64_t{1}, std::int64_t{37}, std::int64_t{1027}, std::int64_t{1500}}) {
    const Clusters clusters(cols);
    std::vector<float> x = activations(rows, cols, 2);
    for (std::size_t i = 0; i < x.size(); i += 5) x[i] = 0.25f * static_cast<float>(i % 41) - 5.0f;  // ties
    x[x.size() / 2] = std::numeric_limits<float>::infinity();
    for (const int bits : {2, 4, 8}) {
      SCOPED_TRACE(std::to_string(cols) + " channels, " + std::to_string(bits) + " bits");
      const std::vector<float> actual = faked(x, SequenceLayout::uniform(1, rows), clusters.quant(bits));
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(actual[i], clusters.value(x[i], i % static_cast<std::size_t>(cols), bits)) << i << ": " << x[i];
      }
    }
  }
}

TEST_P(ActivationQuantOp, FactorsOfChannelsAreDividedOutAndBack) {
  SequenceLayout layout;
  layout.starts = {0, 2, 2, 9};
  for (const std::int64_t cols : {std::int64_t{35}, std::int64_t{1032}}) {
    const auto width = static_cast<std::size_t>(cols);
    const Clusters clusters(cols);
    const std::vector<float> x = activations(9, cols, 4), factors = someFactors(cols);
    std::vector<float> divided;
    for (std::size_t i = 0; i < x.size(); ++i) divided.push_back(x[i] / factors[i % width]);
    for (const Mode mode : {Mode::Static, Mode::PerToken, Mode::PerSequence, Mode::PerCluster}) {
      ActivationQuant quant = clusters.quant(8);
      quant.mode = mode;
      quant.scale = 0.31f;
      quant.factors = factors;
      const std::vector<float> actual = faked(x, layout, quant);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t row = i / width, first = mode == Mode::PerToken ? row : row < 2 ? 0 : 2;
        const std::size_t last = mode == Mode::PerToken ? row + 1 : row < 2 ? 2 : 9;
        const float scale = mode == Mode::Static
                                ? 0.31f
                                : absmax(divided.data() + first * width, divided.data() + last * width) / 127.0f;
        const float value = mode == Mode::PerCluster
                                ? clusters.value(divided[i], i % width, 8)
                                : scale * std::clamp(std::nearbyint(divided[i] / scale), -128.0f, 127.0f);
        ASSERT_EQ(actual[i], value * factors[i % width]) << static_cast<int>(mode) << ", " << i;
      }
    }
  }
}

TEST_P(ActivationQuantOp, NaNStaysNaN) {
  const Clusters clusters(8);
  std::vector<float> x = activations(2, 8, 5);
  x[3] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> actual = faked(x, SequenceLayout::uniform(1, 2), clusters.quant(8));
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(std::isnan(actual[i]), i == 3) << i;
}

TEST_P(ActivationQuantOp, FiguresThatDoNotFitTheChannelsAreRefused) {
  const Clusters clusters(8);
  const std::vector<float> x = activations(2, 8, 6), factors = someFactors(8);
  const SequenceLayout layout = SequenceLayout::uniform(1, 2);
  const auto refusal = [&](const ActivationQuant& quant) {
    const Error error = oscope::test::errorOf([&] { faked(x, layout, quant); });
    EXPECT_EQ(error.code(), ErrorCode::Internal) << error.what();
    return error.text();
  };
  const auto broken = [&](const auto& breakIt) {
    Clusters copy = clusters;
    breakIt(copy);
    return refusal(copy.quant(8));
  };
  EXPECT_EQ(broken([](Clusters& c) { c.labels.pop_back(); }), "one cluster label per channel is needed");
  EXPECT_EQ(broken([](Clusters& c) { c.labels[5] = 4; }), "a channel's cluster is missing");
  EXPECT_EQ(broken([](Clusters& c) { c.labels[5] = -1; }), "a channel's cluster is missing");
  EXPECT_EQ(broken([](Clusters& c) { c.zeros.pop_back(); }), "clusters need a scale and a zero point each");
  EXPECT_EQ(broken([](Clusters& c) { c.scales[1] = 0.0f; }), "a cluster's scale is no scale");
  EXPECT_EQ(broken([](Clusters& c) { c.zeros[1] = kLargestZero + 1; }), "a zero point is out of range");
  EXPECT_EQ(refusal(clusters.quant(17)), "bits out of range");
  ActivationQuant quant;
  quant.factors = std::span(factors).first(7);
  EXPECT_EQ(refusal(quant), "one factor per channel is needed");

  Tensor codes = backend().allocate(DType::I8, 2, 8), scales = backend().allocate(DType::F32, 2, 1);
  const Tensor tensor = uploaded(backend(), x, 2, 8);
  quant.factors = factors;
  for (const ActivationQuant& rowless : {quant, clusters.quant(8)}) {
    const Error error = oscope::test::errorOf([&] { backend().quantize(tensor, layout, rowless, codes, scales); });
    EXPECT_EQ(error.text(), "codes have one scale per row");
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, ActivationQuantOp, testing::ValuesIn(testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::compute::test
