// Weights to codes: every backend makes the bits of the CPU, whatever the dtype, the groups and the folds.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "analysis/compute/cpu_backend.h"
#include "tests/compute/backends.h"
#include "tests/support/expect_error.h"

namespace oscope::compute::test {
namespace {

class WeightQuantization : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }

  static WeightCodes codesOf(Backend& backend, const HostTensor& weight, const WeightFold& fold,
                             const WeightQuant& quant, const std::vector<float>& limits = {}) {
    return backend.quantizeWeight(*backend.prepareWeight(weight), fold, quant, limits);
  }
  void expectSameBits(const HostTensor& weight, const WeightFold& fold, const WeightQuant& quant,
                      const std::vector<float>& limits = {}) {
    const WeightCodes expected = codesOf(m_cpu, weight, fold, quant, limits);
    const WeightCodes actual = codesOf(*m_backend, weight, fold, quant, limits);
    EXPECT_EQ(actual.weight.scales, expected.weight.scales);
    EXPECT_EQ(actual.weight.zeros, expected.weight.zeros);
    EXPECT_EQ(actual.weight.codes, expected.weight.codes);
    EXPECT_EQ(actual.weight.group, quant.group);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(actual.sums.energy), std::bit_cast<std::uint64_t>(expected.sums.energy));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(actual.sums.error), std::bit_cast<std::uint64_t>(expected.sums.error));
    EXPECT_GT(expected.sums.energy, 0);
  }

  CpuBackend m_cpu{2};
  std::unique_ptr<Backend> m_backend;
};

/// Weights like a model's: small, with an all-zero group and one of tiny values.
std::vector<float> weights(std::int64_t out, std::int64_t in, std::int64_t group) {
  std::vector<float> values = activations(out, in, 51);
  for (float& value : values) value *= 0.03f;
  const auto width = static_cast<std::size_t>(group);
  std::fill_n(values.begin(), width, 0.0f);
  if (values.size() >= 2 * width) {
    for (std::size_t k = width; k < 2 * width; ++k) values[k] *= 1e-36f;
  }
  return values;
}

std::vector<float> scales(std::int64_t count, std::uint64_t seed) {
  std::vector<float> values = activations(1, count, seed);
  for (float& value : values) value = 0.5f + std::fabs(value);
  return values;
}

struct Shape {
  std::int64_t out, in, group;
};

// Groups inside a warp, of a whole row, of odd widths; rows and columns beyond the last full tile.
const Shape kShapes[] = {{67, 160, 32}, {3, 320, 64},    {66, 256, 128}, {5, 1024, 256}, {9, 24, 8},
                         {4, 96, 48},   {3, 8480, 8480}, {7, 33, 33},    {5, 60, 12},    {2, 4, 1}};

TEST_P(WeightQuantization, HasTheBitsOfTheCpuInEveryGroupAndDType) {
  for (const Shape& s : kShapes) {
    const std::vector<float> w = weights(s.out, s.in, s.group);
    for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
      for (const int bits : {3, 4, 8}) {
        SCOPED_TRACE(std::to_string(s.out) + " x " + std::to_string(s.in) + " by " + std::to_string(s.group) + " " +
                     std::string(toString(dtype)) + ", " + std::to_string(bits) + " bits");
        expectSameBits(rounded(dtype, w, {s.out, s.in}), {}, {bits, s.group, true, DType::BF16});
      }
    }
  }
}

TEST_P(WeightQuantization, FoldsLimitsAndAsymmetricRangesToo) {
  for (const Shape& s : kShapes) {
    SCOPED_TRACE(std::to_string(s.in) + " by " + std::to_string(s.group));
    const HostTensor weight = rounded(DType::BF16, weights(s.out, s.in, s.group), {s.out, s.in});
    const std::vector<float> columns = scales(s.in, 52), rows = scales(s.out, 53);
    std::vector<float> limits = scales(s.out * (s.in / s.group), 54);
    for (float& limit : limits) limit *= 0.02f;
    for (const DType scaleDtype : {DType::BF16, DType::F16, DType::F32}) {
      expectSameBits(weight, {columns, rows}, {4, s.group, true, scaleDtype});
      expectSameBits(weight, {columns, {}}, {4, s.group, true, scaleDtype}, limits);
      expectSameBits(weight, {{}, rows}, {8, s.group, false, scaleDtype});
      expectSameBits(weight, {columns, rows}, {4, s.group, false, scaleDtype, AffineRange::AsFound}, limits);
    }
  }
}

TEST_P(WeightQuantization, ARowWiderThanTheRegistersHold) {
  const std::int64_t in = 34816;  // 4352 octets: 7 for each of 512 threads, and some more
  expectSameBits(rounded(DType::BF16, weights(2, in, in), {2, in}), {scales(in, 55), {}}, {8, in, true, DType::BF16});
}

TEST_P(WeightQuantization, NamesTheFirstGroupThatIsNotFinite) {
  for (const Shape& s : {Shape{6, 64, 32}, Shape{6, 66, 33}}) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
      std::vector<float> w = weights(s.out, s.in, s.group);
      w[static_cast<std::size_t>(4 * s.in)] = bad;
      w[static_cast<std::size_t>(2 * s.in + s.group + 1)] = bad;
      const HostTensor weight = makeHostTensor("w", w, {s.out, s.in});
      const Error error = oscope::test::errorOf([&] {
        codesOf(*m_backend, weight, {}, {4, s.group, true, DType::BF16});
      });
      EXPECT_EQ(error.code(), ErrorCode::NonFinite);
      EXPECT_EQ(error.where(), "output channel 2, group 1");
    }
  }
  const HostTensor large = makeHostTensor("w", std::vector<float>(32, 1e30f), {2, 16});
  const Error error = oscope::test::errorOf([&] { codesOf(*m_backend, large, {}, {4, 8, true, DType::F16}); });
  EXPECT_EQ(error.where(), "output channel 0, group 0") << "beyond what a half can carry";
}

INSTANTIATE_TEST_SUITE_P(Backends, WeightQuantization, testing::ValuesIn(testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::compute::test
