// Statistics of every backend against the CPU's with one thread: the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/compute/cpu_backend.h"
#include "tests/compute/backends.h"
#include "tests/compute/same_reductions.h"
#include "tests/compute/tolerances.h"

namespace oscope::test {
namespace {

using compute::Backend, compute::ReductionSpec, compute::SequenceLayout, compute::SiteReductions;
using compute::test::BackendCase;

/// `parts` layouts, one after the other.
SiteReductions reduced(Backend& backend, const std::vector<float>& x, std::int64_t channels,
                       const std::vector<std::vector<std::int64_t>>& parts, const ReductionSpec& spec) {
  const auto accumulator = backend.makeAccumulator(channels, spec);
  std::int64_t row = 0;
  for (const auto& starts : parts) {
    SequenceLayout layout;
    layout.starts = starts;
    const auto from = x.begin() + row * channels;
    compute::Tensor tensor = backend.allocate(DType::F32, layout.rows(), channels);
    backend.upload(&*from, tensor);
    backend.accumulate(*accumulator, tensor, layout, 1000 + row);
    row += layout.rows();
  }
  return accumulator->read();
}

ReductionSpec everything(int extremes) {
  ReductionSpec spec;
  spec.range = spec.moments = spec.histogram = spec.tokenAbsmax = true;
  spec.extremes = extremes;
  spec.sampleRows = {1000, 1003, 1299, 1400};
  return spec;
}

class DeviceStatistics : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  Backend& device() { return *m_backend; }
  std::unique_ptr<Backend> m_backend;
};

TEST_P(DeviceStatistics, LongAndUnevenSequencesHaveTheBitsOfTheCpu) {
  compute::CpuBackend cpu(1);
  for (const std::int64_t channels : {1, 31, 70, 132}) {
    SCOPED_TRACE(channels);
    std::vector<float> x = compute::test::activations(700, channels, 5);
    for (std::size_t i = 0; i < x.size(); i += 97) x[i] = x[i] < 0 ? -1.25f : 1.25f;  // ties
    x[static_cast<std::size_t>(3 * channels)] = 1e30f;
    x[static_cast<std::size_t>(650 * channels)] = NAN;
    for (const int extremes : {1, 9, 150}) {
      const ReductionSpec spec = everything(extremes);
      compute::test::expectSame(reduced(device(), x, channels, {{0, 321, 321, 322, 386}, {0, 314}}, spec),
                                reduced(cpu, x, channels, {{0, 321, 321, 322, 386}, {0, 314}}, spec));
    }
  }
}

// Sites of 7B and 70B models; only hardware is quick enough.
TEST_P(DeviceStatistics, WideSitesAndWholeBatchesHaveTheBitsOfTheCpu) {
  if (GetParam().name.rfind("cuda", 0) != 0) GTEST_SKIP() << "small cases stand for it where no GPU runs it";
  compute::CpuBackend cpu(0);
  for (const std::int64_t channels : {4096, 11008, 28672}) {
    SCOPED_TRACE(channels);
    const std::vector<float> x = compute::test::activations(3 * 1024, channels, 8);
    const ReductionSpec spec = everything(64);
    const SiteReductions expected = reduced(cpu, x, channels, {{0, 1024, 2048}, {0, 1024}}, spec);
    compute::test::expectSame(reduced(device(), x, channels, {{0, 1024, 2048}, {0, 1024}}, spec), expected);
    compute::test::expectSame(reduced(device(), x, channels, {{0, 1024, 2048, 3072}}, spec), expected);
  }
}

TEST_P(DeviceStatistics, ExtremesAreExactWhereAllValuesTie) {
  compute::CpuBackend cpu(1);
  ReductionSpec spec;
  spec.extremes = 40;
  const std::vector<float> x(60 * 24, -3.0f);
  compute::test::expectSame(reduced(device(), x, 24, {{0, 20}, {0, 7, 40}}, spec),
                            reduced(cpu, x, 24, {{0, 20}, {0, 7, 40}}, spec));
}

TEST_P(DeviceStatistics, ManyExtremesComeInSeveralPasses) {
  compute::CpuBackend cpu(1);
  ReductionSpec spec;
  spec.extremes = 3000;  // of 2600 channels: 100 rows a pass
  const std::vector<float> x = compute::test::activations(260, 2600, 6);
  compute::test::expectSame(reduced(device(), x, 2600, {{0, 140}, {0, 120}}, spec),
                            reduced(cpu, x, 2600, {{0, 140}, {0, 120}}, spec));
}

TEST_P(DeviceStatistics, GramOfOddWidthsAndLongSequences) {
  compute::CpuBackend cpu(1);
  ReductionSpec spec;
  spec.gram = true;
  for (const std::int64_t channels : {3, 132, 261}) {
    const std::vector<float> x = compute::test::activations(75, channels, 7);
    const SiteReductions a = reduced(device(), x, channels, {{0, 50, 51, 75}}, spec);
    const SiteReductions b = reduced(cpu, x, channels, {{0, 50, 51, 75}}, spec);
    const std::vector<double> gramA = compute::valuesOf(*a.gram), gramB = compute::valuesOf(*b.gram);
    const auto width = static_cast<std::size_t>(channels);
    for (std::size_t i = 0; i < width * width; ++i) {
      const double size = std::sqrt(gramB[i / width * (width + 1)] * gramB[i % width * (width + 1)]);
      ASSERT_NEAR(gramA[i], gramB[i], compute::test::kGramTolerance * size) << i;
    }
    EXPECT_EQ(gramA, compute::valuesOf(*reduced(device(), x, channels, {{0, 50}, {0, 1, 25}}, spec).gram))
        << "batches don't show";
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, DeviceStatistics, testing::ValuesIn(compute::test::testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::test
