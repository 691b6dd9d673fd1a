// Quantization of weights, integer products and comparisons against float64 references, on every backend.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/base/error.h"
#include "tests/compute/backends.h"
#include "tests/compute/reference.h"
#include "tests/compute/tolerances.h"

namespace oscope::compute::test {
namespace {

class QuantOps : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  Backend& backend() { return *m_backend; }
  std::unique_ptr<Backend> m_backend;
};

float absmax(const float* first, const float* last) {
  float top = 0;
  for (; first != last; ++first) top = std::max(top, std::fabs(*first));
  return top;
}

// Codes and scales from the folded weight, counted in float64; sums of squares with them.
TEST_P(QuantOps, WeightsBecomeCodesOfTheirGroup) {
  const std::int64_t out = 5, in = 96, group = 32;
  const HostTensor weight = rounded(DType::BF16, activations(out, in, 41), {out, in});
  std::vector<float> columns, rows;
  for (std::int64_t k = 0; k < in; ++k) columns.push_back(0.5f + static_cast<float>(k % 7));
  for (std::int64_t n = 0; n < out; ++n) rows.push_back(1.0f + 0.3f * static_cast<float>(n));
  const WeightQuant quant{4, group, true, DType::F16};
  const WeightCodes actual = backend().quantizeWeight(*backend().prepareWeight(weight), {columns, rows}, quant, {});
  std::vector<float> folded = toFloat32(weight);
  for (std::size_t i = 0; i < folded.size(); ++i) {
    folded[i] = folded[i] * columns[i % static_cast<std::size_t>(in)] / rows[i / static_cast<std::size_t>(in)];
  }
  double energy = 0, error = 0;
  for (std::size_t slot = 0; slot < actual.weight.scales.size(); ++slot) {
    const float* first = folded.data() + slot * group;
    const float scale = actual.weight.scales[slot];
    ASSERT_EQ(scale, roundTo(DType::F16, absmax(first, first + group) / 7.0f));
    for (std::size_t k = 0; k < static_cast<std::size_t>(group); ++k) {
      const double code = std::clamp(std::nearbyint(static_cast<double>(first[k] / scale)), -8.0, 7.0);
      ASSERT_EQ(actual.weight.codes[slot * group + k], code) << slot << ", " << k;
      energy += static_cast<double>(first[k]) * first[k];
      error += (first[k] - scale * code) * (first[k] - scale * code);
    }
  }
  EXPECT_NEAR(actual.sums.energy, energy, kSquareSumTolerance * energy);
  EXPECT_NEAR(actual.sums.error, error, kSquareSumTolerance * error);
}

QuantizedWeight randomWeight(std::int64_t out, std::int64_t in, std::int64_t group, int bits, bool asymmetric) {
  QuantizedWeight w{out, in, bits, group, {}, {}, {}};
  const std::vector<float> noise = activations(out, in, 33);
  const int half = 1 << (bits - 1);
  for (float value : noise)
    w.codes.push_back(static_cast<std::int8_t>(std::clamp(static_cast<int>(value * half), -half, half - 1)));
  for (std::int64_t i = 0; i < out * w.groups(); ++i) {
    w.scales.push_back(roundTo(DType::BF16, 0.01f * static_cast<float>(i % 13 + 1)));
    if (asymmetric) w.zeros.push_back(static_cast<std::int32_t>(i % (2 * half)) - half);
  }
  return w;
}

struct IntegerShape {
  std::int64_t rows, out, in, group;
  int bits;
  bool asymmetric;
};

TEST_P(QuantOps, IntegerAndDequantizedProductsMatch) {
  const std::vector<IntegerShape> shapes{
      {1, 1, 8, 8, 8, false},     {3, 65, 96, 32, 4, false},   {5, 7, 172, 172, 4, false},
      {4, 66, 256, 128, 4, true}, {2, 5, 28672, 128, 8, true}, {6, 130, 43, 43, 8, false},
  };
  for (const IntegerShape& s : shapes) {
    SCOPED_TRACE(std::to_string(s.in) + " -> " + std::to_string(s.out));
    const QuantizedWeight w = randomWeight(s.out, s.in, s.group, s.bits, s.asymmetric);
    std::vector<std::int8_t> codes;
    for (float value : activations(s.rows, s.in, 34))
      codes.push_back(static_cast<std::int8_t>(std::clamp(value * 60.0f, -128.0f, 127.0f)));
    const std::vector<float> scales = [&] {
      std::vector<float> values;
      for (std::int64_t r = 0; r < s.rows; ++r) values.push_back(0.02f + 0.003f * static_cast<float>(r));
      return values;
    }();
    const std::vector<float> bias = activations(1, s.out, 35);

    Tensor codeTensor = backend().allocate(DType::I8, s.rows, s.in);
    backend().upload(codes.data(), codeTensor);
    Tensor y = backend().allocate(DType::F32, s.rows, s.out);
    const WeightPtr biasWeight = backend().prepareWeight(makeHostTensor("b", bias, {s.out}));
    backend().integerLinear(codeTensor, uploaded(backend(), scales, s.rows, 1), *backend().prepareQuantized(w),
                            biasWeight.get(), y);

    std::vector<float> decoded, decodedWeight;
    for (std::int64_t i = 0; i < s.out * s.in; ++i) {
      const auto group = static_cast<std::size_t>(i / s.group);
      const int zero = w.zeros.empty() ? 0 : w.zeros[group];
      decodedWeight.push_back(w.scales[group] * static_cast<float>(w.codes[static_cast<std::size_t>(i)] - zero));
    }
    for (std::int8_t code : codes) decoded.push_back(code);
    Doubles reference = referenceLinear(decoded, decodedWeight, {}, s.rows, s.in, s.out);
    for (std::int64_t i = 0; i < s.rows * s.out; ++i) {
      double& value = reference[static_cast<std::size_t>(i)];
      value = value * scales[static_cast<std::size_t>(i / s.out)] + bias[static_cast<std::size_t>(i % s.out)];
    }
    EXPECT_LT(relativeError(downloaded(backend(), y), reference), kIntegerLinearTolerance);

    // Fake quantization multiplies the same numbers in float32.
    for (std::int64_t i = 0; i < s.rows * s.in; ++i)
      decoded[static_cast<std::size_t>(i)] *= scales[static_cast<std::size_t>(i / s.in)];
    backend().linear(uploaded(backend(), decoded, s.rows, s.in), SequenceLayout::uniform(1, s.rows),
                     *backend().dequantize(*backend().prepareQuantized(w)), biasWeight.get(), y);
    EXPECT_LT(relativeError(downloaded(backend(), y), reference), kFakeLinearTolerance);
  }
}

// Read row by row as an embedding, which changes no bit.
TEST_P(QuantOps, DequantizedWeightsHaveTheBitsOfTheHost) {
  const std::vector<IntegerShape> shapes{
      {0, 1, 8, 8, 8, false},     {0, 9, 96, 32, 4, false}, {0, 7, 172, 172, 4, true},
      {0, 66, 256, 128, 4, true}, {0, 5, 43, 43, 8, true},  {0, 130, 60, 20, 3, true},
      {0, 3, 30, 10, 4, false},   {0, 2, 36, 12, 8, false}, {0, 3, 43, 43, 4, true}};
  for (const IntegerShape& s : shapes) {
    SCOPED_TRACE(std::to_string(s.in) + " -> " + std::to_string(s.out));
    const QuantizedWeight w = randomWeight(s.out, s.in, s.group, s.bits, s.asymmetric);
    const WeightPtr values = backend().dequantize(*backend().prepareQuantized(w));
    std::vector<std::int32_t> rows;
    for (std::int64_t n = 0; n < s.out; ++n) rows.push_back(static_cast<std::int32_t>(n));
    Tensor read = backend().allocate(DType::F32, s.out, s.in);
    backend().embed(*values, rows, 1.0f, read);
    std::vector<float> expected;
    for (std::size_t i = 0; i < w.codes.size(); ++i) {
      const std::size_t slot = i / static_cast<std::size_t>(s.group);
      expected.push_back(w.scales[slot] * static_cast<float>(w.codes[i] - (w.zeros.empty() ? 0 : w.zeros[slot])));
    }
    EXPECT_EQ(downloaded(backend(), read), expected);
  }
}

TEST_P(QuantOps, TheLargestDifferenceIsFoundAnywhere) {
  const std::int64_t rows = 7, cols = 301;
  const std::vector<float> b = activations(rows, cols, 52);
  const double size = absmax(b.data(), b.data() + b.size());
  for (const std::size_t at : {std::size_t{0}, std::size_t{1200}, b.size() - 1}) {
    std::vector<float> a = b;
    a[at] -= 0.25f;
    const double expected = std::abs(static_cast<double>(a[at]) - b[at]) / size;
    EXPECT_EQ(
        backend().largestRelativeDifference(uploaded(backend(), a, rows, cols), uploaded(backend(), b, rows, cols)),
        expected);
  }
  const std::vector<float> zeros(4, 0.0f), ones(4, 1.0f);
  EXPECT_EQ(backend().largestRelativeDifference(uploaded(backend(), ones, 2, 2), uploaded(backend(), zeros, 2, 2)),
            1.0);
}

TEST_P(QuantOps, DifferencesThatAreNotFiniteAreReported) {
  const std::int64_t rows = 7, cols = 1301;
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> plain = activations(rows, cols, 53);
  const auto difference = [&](std::size_t at, float inA, float inB) {
    std::vector<float> a = plain, b = plain;
    a[at] = inA;
    b[at] = inB;
    return backend().largestRelativeDifference(uploaded(backend(), a, rows, cols), uploaded(backend(), b, rows, cols));
  };
  for (const std::size_t at : {std::size_t{0}, std::size_t{5000}, plain.size() - 1}) {
    SCOPED_TRACE(at);
    EXPECT_TRUE(std::isnan(difference(at, nan, 1.0f)));
    EXPECT_TRUE(std::isnan(difference(at, 1.0f, -nan)));
    EXPECT_TRUE(std::isnan(difference(at, 1.0f, infinity)));
    EXPECT_TRUE(std::isnan(difference(at, -infinity, -infinity)));
    EXPECT_EQ(difference(at, -infinity, 1.0f), infinity);
  }
}

TEST_P(QuantOps, ABrokenQuantizedWeightIsRefused) {
  QuantizedWeight w = randomWeight(4, 32, 16, 4, false);
  w.scales.pop_back();
  EXPECT_THROW(backend().prepareQuantized(w), Error);
  w = randomWeight(4, 32, 16, 4, false);
  w.group = 20;
  EXPECT_THROW(backend().prepareQuantized(w), Error);
}

TEST_P(QuantOps, LogitsCompareAsInFloat64) {
  const std::int64_t rows = 3, vocabulary = 401;
  const std::vector<float> a = activations(rows, vocabulary, 40), b = activations(rows, vocabulary, 41);
  const std::vector<std::int32_t> targets{5, 400, -1};
  const Tensor ta = uploaded(backend(), a, rows, vocabulary), tb = uploaded(backend(), b, rows, vocabulary);
  const LogitComparison result = backend().compareLogits(ta, tb, targets);
  for (std::size_t r = 0; r < 3; ++r) {
    const float* ra = a.data() + r * vocabulary;
    const float* rb = b.data() + r * vocabulary;
    double sumA = 0, sumB = 0, kl = 0;
    for (std::int64_t i = 0; i < vocabulary; ++i)
      sumA += std::exp(static_cast<double>(ra[i])), sumB += std::exp(static_cast<double>(rb[i]));
    for (std::int64_t i = 0; i < vocabulary; ++i) {
      const double la = ra[i] - std::log(sumA), lb = rb[i] - std::log(sumB);
      kl += std::exp(la) * (la - lb);
    }
    EXPECT_NEAR(result.klAB[r], kl, kLogitTolerance * std::max(1.0, kl));
    EXPECT_EQ(result.argmaxA[r], std::max_element(ra, ra + vocabulary) - ra);
    EXPECT_EQ(result.argmaxB[r], std::max_element(rb, rb + vocabulary) - rb);
    const double nll = targets[r] < 0 ? 0.0 : std::log(sumB) - rb[targets[r]];
    EXPECT_NEAR(result.nllB[r], nll, kLogitTolerance * std::max(1.0, nll));
  }
  const LogitComparison same = backend().compareLogits(ta, ta, targets);
  EXPECT_EQ(same.klAB, std::vector<double>(3, 0.0));
  EXPECT_EQ(same.nllB, result.nllA);
}

TEST_P(QuantOps, SumsOverPairsAndSequences) {
  const std::int64_t rows = 5, cols = 1003;
  const std::vector<float> a = activations(rows, cols, 50), b = activations(rows, cols, 51);
  const Tensor ta = uploaded(backend(), a, rows, cols), tb = uploaded(backend(), b, rows, cols);
  double aa = 0, dd = 0, ab = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double u = a[i], v = b[i];
    aa += u * u, dd += (u - v) * (u - v), ab += u * v, bb += v * v;
  }
  const Backend::PairSums sums = backend().compare(ta, tb);
  EXPECT_NEAR(sums.aa, aa, kSumTolerance * aa);
  EXPECT_NEAR(sums.dd, dd, kSumTolerance * dd);
  EXPECT_NEAR(sums.ab, ab, kSumTolerance * aa);
  EXPECT_NEAR(sums.bb, bb, kSumTolerance * bb);

  SequenceLayout layout;
  layout.starts = {0, 3, 3, 5};
  const std::vector<double> energies = backend().energies(ta, layout);
  ASSERT_EQ(energies.size(), 3u);
  EXPECT_EQ(energies[1], 0.0);
  EXPECT_NEAR(energies[0] + energies[2], aa, kSumTolerance * aa);
}

INSTANTIATE_TEST_SUITE_P(Backends, QuantOps, testing::ValuesIn(testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::compute::test
