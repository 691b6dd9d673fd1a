// Reductions against naive loops, and their independence of batches and threads, on every backend.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/compute/cpu_backend.h"
#include "tests/compute/backends.h"
#include "tests/compute/same_reductions.h"
#include "tests/compute/tolerances.h"

namespace oscope::compute::test {
namespace {

constexpr std::int64_t kSequences = 6, kLength = 11, kChannels = 300, kTokens = kSequences * kLength;

ReductionSpec everything() {
  ReductionSpec spec;
  spec.range = spec.moments = spec.histogram = spec.tokenAbsmax = spec.gram = true;
  spec.extremes = 9;
  spec.sampleRows = {0, 17, 18, 65};
  return spec;
}

std::vector<float> siteValues() {
  std::vector<float> x = activations(kTokens, kChannels, 60);
  for (std::int64_t t = 0; t < kTokens; ++t) x[static_cast<std::size_t>(t * kChannels + 7)] = t % 2 == 0 ? 0.0f : -0.0f;
  for (std::int64_t t = 20; t < 40; ++t) x[static_cast<std::size_t>(t * kChannels + 9)] = t % 3 == 0 ? -70.0f : 70.0f;
  x[static_cast<std::size_t>(18 * kChannels + 299)] = 70000.0f;  // beyond fp16
  return x;
}

// Feeds sequences in groups of `split` sequences, in the given order of groups.
SiteReductions reduce(Backend& backend, const std::vector<float>& x, const ReductionSpec& spec, std::int64_t split,
                      bool backwards = false) {
  const auto accumulator = backend.makeAccumulator(kChannels, spec);
  std::vector<std::int64_t> firsts;
  for (std::int64_t first = 0; first < kSequences; first += split) firsts.push_back(first);
  if (backwards) std::reverse(firsts.begin(), firsts.end());
  for (std::int64_t first : firsts) {
    const std::int64_t count = std::min(split, kSequences - first);
    const auto from = x.begin() + first * kLength * kChannels;
    const Tensor batch = uploaded(backend, {from, from + count * kLength * kChannels}, count * kLength, kChannels);
    backend.accumulate(*accumulator, batch, SequenceLayout::uniform(count, kLength, first), first * kLength);
  }
  return accumulator->read();
}

class SiteAccumulators : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  Backend& backend() { return *m_backend; }
  std::unique_ptr<Backend> m_backend;
};

TEST_P(SiteAccumulators, EveryReductionMatchesANaiveLoop) {
  const std::vector<float> x = siteValues();
  const SiteReductions r = reduce(backend(), x, everything(), kSequences);
  ASSERT_EQ(r.tokens, kTokens);
  std::vector<Extreme> all;
  for (std::int64_t c = 0; c < kChannels; ++c) {
    float top = -1, low = INFINITY, high = -INFINITY;
    std::int64_t token = -1;
    double sum = 0, sumAbs = 0, sumSq = 0;
    std::vector<std::uint32_t> bins(kHistogramBins);
    for (std::int64_t t = 0; t < kTokens; ++t) {
      const float v = x[static_cast<std::size_t>(t * kChannels + c)];
      if (std::fabs(v) > top) top = std::fabs(v), token = t;
      low = std::min(low, v), high = std::max(high, v);
      sum += v, sumAbs += std::fabs(v), sumSq += static_cast<double>(v) * v;
      ++bins[static_cast<std::size_t>(histogramBin(v))];
      all.push_back({v, static_cast<std::int32_t>(c), t});
    }
    const auto at = static_cast<std::size_t>(c);
    ASSERT_EQ(r.absmax[at], top) << "channel " << c;
    ASSERT_EQ(r.absmaxToken[at], token) << "channel " << c;
    ASSERT_EQ(r.min[at], low);
    ASSERT_EQ(r.max[at], high);
    ASSERT_NEAR(r.sum[at].value(), sum, kSumTolerance * (1 + sumAbs));
    ASSERT_NEAR(r.sumAbs[at].value(), sumAbs, kSumTolerance * (1 + sumAbs));
    ASSERT_NEAR(r.sumSq[at].value(), sumSq, kSumTolerance * (1 + sumSq));
    ASSERT_TRUE(std::equal(bins.begin(), bins.end(), r.histogram.begin() + c * kHistogramBins)) << "channel " << c;
  }
  std::sort(all.begin(), all.end(), [](const Extreme& a, const Extreme& b) {
    return std::make_tuple(-std::fabs(a.value), a.token, a.channel) <
           std::make_tuple(-std::fabs(b.value), b.token, b.channel);
  });
  all.resize(9);
  EXPECT_EQ(r.extremes, all);

  ASSERT_EQ(r.tokenAbsmax.size(), static_cast<std::size_t>(kTokens));
  for (std::int64_t t = 0; t < kTokens; ++t) {
    float top = 0;
    for (std::int64_t c = 0; c < kChannels; ++c)
      top = std::max(top, std::fabs(x[static_cast<std::size_t>(t * kChannels + c)]));
    EXPECT_EQ(r.tokenAbsmax[static_cast<std::size_t>(t)], (std::pair<std::int64_t, float>{t, top}));
  }
  EXPECT_EQ(r.nonFinite, 0);
}

TEST_P(SiteAccumulators, SampledRowsFitIntoHalves) {
  const std::vector<float> x = siteValues();
  const SiteReductions r = reduce(backend(), x, everything(), 2);
  ASSERT_EQ(r.rowTokens, (std::vector<std::int64_t>{0, 17, 18, 65}));
  EXPECT_EQ(r.rowExponents, (std::vector<std::int32_t>{0, 0, 2, 0}));  // 70000 / 4 <= 32768
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::int64_t c = 0; c < kChannels; ++c) {
      const float value = x[static_cast<std::size_t>(r.rowTokens[row] * kChannels + c)];
      const float kept =
          std::ldexp(fp16ToFloat(r.rows[row * kChannels + static_cast<std::size_t>(c)]), r.rowExponents[row]);
      ASSERT_NEAR(kept, value, std::fabs(value) * 0x1p-11 + 0x1p-22) << "row " << row << ", channel " << c;
    }
  }
}

TEST_P(SiteAccumulators, GramIsTheSumOfOuterProducts) {
  const std::vector<float> x = siteValues();
  const SiteReductions r = reduce(backend(), x, everything(), 3);
  const std::vector<double> gram = valuesOf(*r.gram);
  std::vector<double> diagonal(kChannels);
  for (std::int64_t t = 0; t < kTokens; ++t) {
    for (std::int64_t c = 0; c < kChannels; ++c)
      diagonal[static_cast<std::size_t>(c)] += std::pow(x[static_cast<std::size_t>(t * kChannels + c)], 2.0);
  }
  for (std::int64_t i = 0; i < kChannels; i += 13) {
    for (std::int64_t j = 0; j < kChannels; j += 7) {
      double sum = 0;
      for (std::int64_t t = 0; t < kTokens; ++t) {
        sum += static_cast<double>(x[static_cast<std::size_t>(t * kChannels + i)]) *
               x[static_cast<std::size_t>(t * kChannels + j)];
      }
      const double size = std::sqrt(diagonal[static_cast<std::size_t>(i)] * diagonal[static_cast<std::size_t>(j)]);
      ASSERT_NEAR(gram[static_cast<std::size_t>(i * kChannels + j)], sum, kGramTolerance * size);
      ASSERT_EQ(gram[static_cast<std::size_t>(i * kChannels + j)], gram[static_cast<std::size_t>(j * kChannels + i)]);
    }
  }
}

TEST_P(SiteAccumulators, BatchesThreadsAndOrderDoNotShow) {
  const std::vector<float> x = siteValues();
  CpuBackend reference(1);
  const SiteReductions whole = reduce(reference, x, everything(), kSequences);
  for (const std::int64_t split : {1, 2, 4}) {
    const SiteReductions inOrder = reduce(backend(), x, everything(), split);
    expectSame(inOrder, whole);
    EXPECT_EQ(valuesOf(*inOrder.gram), valuesOf(*reduce(backend(), x, everything(), kSequences).gram))
        << "in order, gram has the same bits";
    expectSame(reduce(backend(), x, everything(), split, true), whole);
  }
}

TEST_P(SiteAccumulators, ShardsMergeIntoTheWhole) {
  const std::vector<float> x = siteValues();
  const ReductionSpec spec = everything();
  const SiteReductions whole = reduce(backend(), x, spec, kSequences);
  SiteReductions merged;
  for (const std::int64_t first : {4, 0, 2}) {
    const auto accumulator = backend().makeAccumulator(kChannels, spec);
    const auto from = x.begin() + first * kLength * kChannels;
    backend().accumulate(*accumulator,
                         uploaded(backend(), {from, from + 2 * kLength * kChannels}, 2 * kLength, kChannels),
                         SequenceLayout::uniform(2, kLength, first), first * kLength);
    merge(merged, accumulator->read(), spec.extremes);
  }
  expectSame(merged, whole);
}

TEST_P(SiteAccumulators, NonFiniteValuesAreCountedAndKeptOut) {
  std::vector<float> x = siteValues();
  for (std::int64_t t = 0; t < kTokens; ++t) x[static_cast<std::size_t>(t * kChannels + 290)] = 0.0f;
  const SiteReductions clean = reduce(backend(), x, everything(), 2);
  x[static_cast<std::size_t>(50 * kChannels + 290)] = NAN;
  x[static_cast<std::size_t>(31 * kChannels + 290)] = -INFINITY;
  for (const std::int64_t split : {1, 6}) {
    SiteReductions r = reduce(backend(), x, everything(), split, true);
    EXPECT_EQ(r.nonFinite, 2);
    EXPECT_EQ(r.firstNonFiniteToken, 31);
    EXPECT_EQ(r.firstNonFiniteChannel, 290);
    r.nonFinite = 0, r.firstNonFiniteToken = -1, r.firstNonFiniteChannel = -1;
    expectSame(r, clean);
  }
}

TEST_P(SiteAccumulators, WideSitesAreCutIntoTilesWithoutASeam) {
  const std::int64_t channels = 28672;
  const std::vector<float> x = activations(3, channels, 61);
  ReductionSpec spec;
  spec.range = spec.histogram = true;
  const auto accumulator = backend().makeAccumulator(channels, spec);
  backend().accumulate(*accumulator, uploaded(backend(), x, 3, channels), SequenceLayout::uniform(1, 3), 5);
  const SiteReductions r = accumulator->read();
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const float values[] = {x[c], x[c + 28672], x[c + 2 * 28672]};
    const auto top = std::max_element(values, values + 3, [](float a, float b) { return std::fabs(a) < std::fabs(b); });
    ASSERT_EQ(r.absmax[c], std::fabs(*top));
    ASSERT_EQ(r.absmaxToken[c], 5 + (top - values));
    ASSERT_EQ(std::accumulate(r.histogram.begin() + static_cast<std::ptrdiff_t>(c * 64),
                              r.histogram.begin() + static_cast<std::ptrdiff_t>(c * 64 + 64), 0u),
              3u);
  }
}

TEST_P(SiteAccumulators, UnwantedReductionsStayEmpty) {
  ReductionSpec spec;
  spec.tokenAbsmax = true;
  const SiteReductions r = reduce(backend(), siteValues(), spec, 2);
  EXPECT_TRUE(r.absmax.empty() && r.sum.empty() && r.histogram.empty() && r.gram == nullptr && r.extremes.empty() &&
              r.rows.empty());
  EXPECT_EQ(r.tokenAbsmax.size(), static_cast<std::size_t>(kTokens));
}

INSTANTIATE_TEST_SUITE_P(Backends, SiteAccumulators, testing::ValuesIn(testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::compute::test
