// The linears of a site read one activation: its 16-bit terms are made once, and never outlive it.
#include <gtest/gtest.h>

#include "tests/compute/backends.h"
#include "tests/gpu/device_under_test.h"
#include "tests/gpu/emulation/cuda_emulation.h"

namespace oscope::compute::test {
namespace {

class OperandReuse : public testing::TestWithParam<DType> {
 protected:
  std::vector<float> product(const Tensor& x, const SequenceLayout& layout, const Weight& w) {
    Tensor y = m_backend->allocate(DType::F32, x.rows, w.rows());
    m_backend->linear(x, layout, w, nullptr, y);
    return downloaded(*m_backend, y);
  }
  /// How often activations became halves since the last call.
  std::int64_t conversions() {
    const std::int64_t all = oscope::test::launchesOf("split");
    const std::int64_t since = all - m_seen;
    m_seen = all;
    return since;
  }

  std::unique_ptr<Backend> m_backend = oscope::test::deviceUnderTest().make(MatmulPrecision::Full);
  std::int64_t m_seen = 0;
};

TEST_P(OperandReuse, ThreeLinearsConvertOnceAndFindTheSameBits) {
  const SequenceLayout layout = SequenceLayout::uniform(2, 3);
  const std::vector<float> values = activations(6, 40, 1);
  const Tensor x = uploaded(*m_backend, values, 6, 40);
  std::vector<WeightPtr> weights;
  for (std::uint64_t seed = 2; seed < 5; ++seed) {
    weights.push_back(m_backend->prepareWeight(rounded(GetParam(), activations(16, 40, seed), {16, 40})));
  }
  std::vector<std::vector<float>> alone;
  for (const WeightPtr& w : weights) alone.push_back(product(uploaded(*m_backend, values, 6, 40), layout, *w));
  conversions();
  for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_EQ(product(x, layout, *weights[i]), alone[i]);
  EXPECT_EQ(conversions(), 1);
}

TEST_P(OperandReuse, WhatWasWrittenIsConvertedAgain) {
  const SequenceLayout layout = SequenceLayout::uniform(1, 4), halves = SequenceLayout::uniform(2, 2);
  Tensor x = uploaded(*m_backend, activations(4, 16, 6), 4, 16),
         other = uploaded(*m_backend, activations(4, 16, 7), 4, 16);
  const WeightPtr w = m_backend->prepareWeight(rounded(GetParam(), activations(16, 16, 8), {16, 16}));
  conversions();
  const auto expectFresh = [&](const char* what) {
    const std::vector<float> cached = product(x, layout, *w);
    EXPECT_EQ(conversions(), 1) << what;
    EXPECT_EQ(cached, product(uploaded(*m_backend, downloaded(*m_backend, x), 4, 16), layout, *w)) << what;
    conversions();
    product(x, layout, *w);
    conversions();
  };
  expectFresh("the first time");
  m_backend->add(x, other);
  expectFresh("add");
  m_backend->fakeQuant(x, layout, {ActivationQuant::Mode::PerToken, 8, 1.0f, 127.0f});
  expectFresh("fakeQuant");
  m_backend->reorderChannels(std::vector<std::int32_t>{15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, x);
  expectFresh("reorderChannels");
  m_backend->copy(other, x);
  expectFresh("copy");
  m_backend->upload(activations(4, 16, 9).data(), x);
  expectFresh("upload");
  m_backend->linear(other, layout, *w, nullptr, x);
  conversions();
  expectFresh("linear into it");
  const std::vector<float> whole = product(x, layout, *w);
  EXPECT_EQ(product(x, halves, *w).size(), whole.size());
  EXPECT_EQ(conversions(), 1) << "other sequences have other scales";
}

TEST_P(OperandReuse, StatisticsConvertWhatTheyRead) {
  const bool alongside = GetParam() == DType::BF16;  // fp16 needs the largest value first
  m_backend = oscope::test::deviceUnderTest().make(MatmulPrecision::Fast);
  for (const std::int64_t channels : {40, 33}) {
    const SequenceLayout layout = SequenceLayout::uniform(2, 70);
    const std::vector<float> values = activations(140, channels, 11);
    const Tensor x = uploaded(*m_backend, values, 140, channels);
    const WeightPtr w = m_backend->prepareWeight(rounded(GetParam(), activations(16, channels, 12), {16, channels}));
    const std::vector<float> alone = product(uploaded(*m_backend, values, 140, channels), layout, *w);
    ReductionSpec spec;
    spec.range = spec.moments = spec.histogram = spec.tokenAbsmax = true;
    const auto accumulator = m_backend->makeAccumulator(channels, spec);
    conversions();
    m_backend->accumulate(*accumulator, x, layout, 0);
    EXPECT_EQ(product(x, layout, *w), alone);
    EXPECT_EQ(conversions(), alongside ? 0 : 1);
    // In another precision, and for another layout, the operand is another.
    m_backend->setPrecision(MatmulPrecision::Full);
    product(x, layout, *w);
    EXPECT_EQ(conversions(), 1);
    m_backend->setPrecision(MatmulPrecision::Fast);
  }
}

INSTANTIATE_TEST_SUITE_P(Halves, OperandReuse, testing::Values(DType::BF16, DType::F16),
                         [](const auto& info) { return std::string(toString(info.param)); });

}  // namespace
}  // namespace oscope::compute::test
