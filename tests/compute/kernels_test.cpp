// Every set of inner loops gives the same bits as the baseline.
#include "analysis/compute/cpu/kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "analysis/base/dtype.h"
#include "tests/compute/backends.h"

namespace oscope::compute::cpu {
namespace {

using compute::test::activations;

std::vector<std::uint32_t> bitsOf(const std::vector<float>& values) {
  std::vector<std::uint32_t> bits;
  for (float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

// What the kernels of quantization make of one input, as bits.
std::vector<std::uint32_t> quantized(const Kernels& k, const std::vector<float>& x, const std::vector<float>& w) {
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<float> y = w;
  k.divideBy(y.data(), x.data(), n);
  std::vector<std::uint32_t> all = bitsOf(y);
  for (const bool channels : {false, true}) {
    if (channels) {
      k.fakeQuantChannels(x.data(), n, w.data(), x.data(), 255.0f, y.data());
    } else {
      k.fakeQuantRow(x.data(), n, 0.37f, -128.0f, 127.0f, y.data());
    }
    for (const std::uint32_t bits : bitsOf(y)) all.push_back(bits);
  }
  std::vector<std::int8_t> codes(x.size());
  k.quantizeRow(x.data(), n, 0.37f, -8.0f, 7.0f, codes.data());
  for (const std::int8_t code : codes) all.push_back(static_cast<std::uint8_t>(code));
  all.push_back(k.absMaxBits(x.data(), n));
  return all;
}

// All that the kernels make of one input, as bits.
std::vector<std::uint32_t> fingerprint(const Kernels& k, const std::vector<float>& x) {
  const auto n = static_cast<std::int64_t>(x.size());
  const std::vector<float> w = activations(1, n, 21);
  std::vector<std::uint32_t> all;
  const auto append = [&all](const std::vector<std::uint32_t>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  std::vector<float> y(x.size());
  k.rmsNormRow(x.data(), n, 1e-5f, w.data(), 1.0f, y.data());
  append(bitsOf(y));
  k.layerNormRow(x.data(), n, 1e-5f, w.data(), x.data(), y.data());
  append(bitsOf(y));
  y = x;
  k.softmaxRow(y.data(), n, 0.25f, 3);
  append(bitsOf(y));
  k.sigmoidGate(x.data(), n, 1.5f, 0.07f, y.data());
  append(bitsOf(y));
  std::vector<float> a = x, b = w;
  k.rotate(a.data(), b.data(), w.data(), x.data(), n);
  append(bitsOf(a));
  append(bitsOf(b));
  append(quantized(k, x, w));

  std::vector<std::int32_t> absBits(x.size(), -1), absRow(x.size(), -1);
  std::vector<float> low(x.size(), INFINITY), high(x.size(), -INFINITY);
  k.rangeRow(x.data(), n, 0, absBits.data(), absRow.data(), low.data(), high.data());
  k.rangeRow(w.data(), n, 1, absBits.data(), absRow.data(), low.data(), high.data());
  append(bitsOf(low));
  append(bitsOf(high));
  for (std::size_t i = 0; i < x.size(); ++i)
    append({static_cast<std::uint32_t>(absBits[i]), static_cast<std::uint32_t>(absRow[i])});
  std::vector<double> sums(3 * x.size());
  k.momentsRow(x.data(), n, sums.data(), sums.data() + n, sums.data() + 2 * n);
  double pairs[4] = {};
  k.pairSums(x.data(), w.data(), n, pairs);
  sums.insert(sums.end(), pairs, pairs + 4);
  for (double sum : sums) {
    const auto bits = std::bit_cast<std::uint64_t>(sum);
    append({static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)});
  }
  std::vector<std::uint32_t> counts(x.size() * 64);
  k.histogramRow(x.data(), n, counts.data());
  append(counts);
  return all;
}

TEST(Kernels, AllSetsGiveTheSameBits) {
  int count = 0;
  const Kernels* const* all = availableKernels(count);
  for (const std::int64_t n : {1, 7, 16, 33, 250, 1025}) {
    const std::vector<float> x = activations(1, n, 20);
    const std::vector<std::uint32_t> baseline = fingerprint(*all[0], x);
    for (int i = 1; i < count; ++i) EXPECT_EQ(fingerprint(*all[i], x), baseline) << all[i]->name << ", n = " << n;
  }
}

TEST(Kernels, TheFastestSetIsUsed) {
  int count = 0;
  const Kernels* const* all = availableKernels(count);
  EXPECT_EQ(&kernels(), all[count - 1]);
#if defined(__x86_64__)
  EXPECT_EQ(count, __builtin_cpu_supports("avx2") ? 2 : 1) << "the AVX2 set was left out of the build";
#endif
}

TEST(Kernels, HalvesConvertExactly) {
  int count = 0;
  const Kernels* const* all = availableKernels(count);
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  for (int set = 0; set < count; ++set) {
    std::vector<float> half(bits.size()), brain(bits.size());
    all[set]->fp16ToFloat(bits.data(), 65536, half.data());
    all[set]->bf16ToFloat(bits.data(), 65536, brain.data());
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const float expected = fp16ToFloat(bits[i]);
      ASSERT_TRUE(half[i] == expected || (std::isnan(half[i]) && std::isnan(expected))) << i;
      ASSERT_EQ(std::bit_cast<std::uint32_t>(brain[i]), i << 16);
    }
  }
}

TEST(Kernels, IntegerProductsAreExactAtTheExtremes) {
  int count = 0;
  const Kernels* const* all = availableKernels(count);
  const std::int64_t n = 259;
  std::vector<std::int16_t> x(2 * n, -128), w(4 * n, -255);
  for (std::int64_t k = 0; k < n; ++k) x[static_cast<std::size_t>(n + k)] = static_cast<std::int16_t>(k % 256 - 128);
  for (int set = 0; set < count; ++set) {
    std::int32_t out[8];
    all[set]->dotBlock(x.data(), n, w.data(), n, n, out);
    std::int64_t second = 0;
    for (std::int64_t k = 0; k < n; ++k) second += (k % 256 - 128) * -255;
    for (int c = 0; c < 4; ++c) {
      EXPECT_EQ(out[c], 128 * 255 * n) << all[set]->name;
      EXPECT_EQ(out[4 + c], second) << all[set]->name;
    }
  }
}

TEST(Kernels, ExponentialsKeepNaN) {
  std::vector<float> x{1.0f, NAN, 2.0f};
  kernels().softmaxRow(x.data(), 3, 0.0f, 0);
  EXPECT_TRUE(std::isnan(x[1]));
  std::vector<float> y{NAN};
  kernels().sigmoidGate(y.data(), 1, 1.0f, 0.0f, y.data());
  EXPECT_TRUE(std::isnan(y[0]));
}

}  // namespace
}  // namespace oscope::compute::cpu
