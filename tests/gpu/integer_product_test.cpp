// The integer-true product of the CUDA backend against its documented sums: int32 per group, float32 over groups in
// order. Not one bit may differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/compute/cpu_backend.h"
#include "gpu/kernels/int_gemm_math.h"
#include "tests/compute/backends.h"

namespace oscope::test {
namespace {

using compute::QuantizedWeight, compute::test::BackendCase;

struct Case {
  std::int64_t rows, out, in, group;
  int bits;
  bool asymmetric;
};

std::uint32_t g_state;
int draw(int from, int to) {
  g_state = g_state * 1664525u + 1013904223u;
  return from + static_cast<int>((g_state >> 8) % static_cast<std::uint32_t>(to - from + 1));
}

QuantizedWeight someWeight(const Case& c) {
  QuantizedWeight w{c.out, c.in, c.bits, c.group, {}, {}, {}};
  const int half = 1 << (c.bits - 1);
  for (std::int64_t i = 0; i < c.out * c.in; ++i) w.codes.push_back(static_cast<std::int8_t>(draw(-half, half - 1)));
  for (std::int64_t i = 0; i < c.out * w.groups(); ++i) {
    w.scales.push_back(static_cast<float>(draw(1, 4000)) * 1e-4f);
    if (c.asymmetric) w.zeros.push_back(draw(-half, half - 1));
  }
  return w;
}

/// Groups [first, last) of one output, as int_gemm_math.h documents it.
float runOf(const QuantizedWeight& w, const std::int8_t* x, std::int64_t n, std::int64_t first, std::int64_t last) {
  float sum = 0.0f;
  for (std::int64_t g = first; g < last; ++g) {
    const auto at = static_cast<std::size_t>(n * w.groups() + g);
    std::int64_t acc = 0;
    for (std::int64_t k = g * w.group; k < (g + 1) * w.group; ++k) {
      acc += x[k] * (w.codes[static_cast<std::size_t>(n * w.in + k)] - (w.zeros.empty() ? 0 : w.zeros[at]));
    }
    sum = std::fmaf(w.scales[at], static_cast<float>(static_cast<std::int32_t>(acc)), sum);
  }
  return sum;
}

float documented(const QuantizedWeight& w, const std::int8_t* x, std::int64_t n, bool skinny) {
  const gpu::IntShape shape = gpu::intShapeOf(w.out, w.in, w.group, w.bits);
  if (!skinny || w.groups() == 1) return runOf(w, x, n, 0, w.groups());
  float sum = 0.0f;
  for (int slice = 0; slice < gpu::kSlices; ++slice) {
    const gpu::StepRange range = gpu::sliceOf(shape, slice);
    const float part = runOf(w, x, n, range.first / shape.stepsPerGroup, range.last / shape.stepsPerGroup);
    sum = slice == 0 ? part : sum + part;
  }
  return sum;
}

class IntegerProduct : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  compute::Backend& backend() { return *m_backend; }
  std::unique_ptr<compute::Backend> m_backend;
};

/// The CPU sums in float64: it has other bits.
std::vector<BackendCase> devices() {
  std::vector<BackendCase> all = compute::test::testBackends();
  all.erase(std::remove_if(all.begin(), all.end(), [](const BackendCase& c) { return c.name == "cpu"; }), all.end());
  return all;
}

TEST_P(IntegerProduct, HasTheBitsOfTheDocumentedSums) {
  g_state = 1;
  std::vector<Case> cases{
      {1, 24, 256, 128, 4, false},   {3, 65, 96, 32, 4, true},      {16, 17, 1280, 64, 4, false},
      {9, 33, 1536, 128, 4, true},   {7, 19, 4096, 4096, 4, false}, {16, 8, 700, 700, 8, true},
      {2, 5, 86, 43, 8, false},      {12, 40, 1024, 8, 3, false},   {1, 130, 640, 160, 8, true},
      {17, 65, 256, 128, 4, false},  {70, 130, 384, 128, 4, true},  {20, 7, 172, 172, 4, false},
      {33, 66, 192, 64, 8, true},    {64, 64, 96, 32, 8, false},    {40, 9, 1000, 1000, 8, true},
      {18, 200, 480, 96, 5, false},  {300, 131, 256, 32, 4, false}, {129, 260, 768, 256, 4, true},
      {257, 129, 640, 128, 8, true}, {140, 300, 86, 43, 4, false},  {150, 140, 1408, 1408, 8, false},
  };
  if (GetParam().name.rfind("cuda", 0) == 0) {  // layers of 7B and 70B models: too slow to emulate
    for (const std::int64_t rows : {1, 16, 17, 129}) {
      cases.push_back({rows, 4096, 4096, 128, 4, false});
      cases.push_back({rows, 1024, 28672, 128, 4, rows % 2 == 1});
      cases.push_back({rows, 512, 11008, 11008, 8, false});
    }
  }
  for (const Case& c : cases) {
    const bool skinny = c.rows <= gpu::kSkinnyRows;
    SCOPED_TRACE(testing::Message() << c.rows << " x " << c.in << " -> " << c.out << ", groups of " << c.group << ", "
                                    << c.bits << " bits");
    const QuantizedWeight w = someWeight(c);
    std::vector<std::int8_t> codes;
    for (std::int64_t i = 0; i < c.rows * c.in; ++i) codes.push_back(static_cast<std::int8_t>(draw(-128, 127)));
    std::vector<float> scales, bias;
    for (std::int64_t r = 0; r < c.rows; ++r) scales.push_back(static_cast<float>(draw(1, 900)) * 1e-3f);
    for (std::int64_t n = 0; n < c.out; ++n) bias.push_back(static_cast<float>(draw(-900, 900)) * 1e-2f);
    compute::Tensor x = backend().allocate(DType::I8, c.rows, c.in), s = backend().allocate(DType::F32, c.rows, 1);
    compute::Tensor y = backend().allocate(DType::F32, c.rows, c.out);
    backend().upload(codes.data(), x);
    backend().upload(scales.data(), s);
    const auto offsets = backend().prepareWeight(compute::makeHostTensor("b", bias, {c.out}));
    const bool biased = c.rows % 2 == 1;
    backend().integerLinear(x, s, *backend().prepareQuantized(w), biased ? offsets.get() : nullptr, y);
    const std::vector<float> actual = compute::test::downloaded(backend(), y);
    for (std::int64_t r = 0; r < c.rows; ++r) {
      for (std::int64_t n = 0; n < c.out; ++n) {
        const float sum = documented(w, codes.data() + r * c.in, n, skinny);
        const float expected =
            std::fmaf(scales[static_cast<std::size_t>(r)], sum, biased ? bias[static_cast<std::size_t>(n)] : 0.0f);
        ASSERT_EQ(actual[static_cast<std::size_t>(r * c.out + n)], expected) << "row " << r << ", output " << n;
      }
    }
  }
}

// The largest codes in the widest group, whose sums the kernel holds sixteenfold.
TEST_P(IntegerProduct, TheWidestGroupDoesNotOverflow) {
  compute::CpuBackend cpu(1);
  const std::int64_t width = 65536, rows = 17;
  QuantizedWeight w{2, width, 4, width, {}, {1e-3f, 1e-3f}, {7, 7}};
  w.codes.assign(static_cast<std::size_t>(2 * width), -8);
  const std::vector<std::int8_t> codes(static_cast<std::size_t>(rows * width), -128);
  const std::vector<float> scales(static_cast<std::size_t>(rows), 0.5f);
  std::vector<float> results[2];
  compute::Backend* const backends[]{&backend(), &cpu};
  for (int i = 0; i < 2; ++i) {
    compute::Tensor x = backends[i]->allocate(DType::I8, rows, width);
    compute::Tensor s = backends[i]->allocate(DType::F32, rows, 1), y = backends[i]->allocate(DType::F32, rows, 2);
    backends[i]->upload(codes.data(), x);
    backends[i]->upload(scales.data(), s);
    backends[i]->integerLinear(x, s, *backends[i]->prepareQuantized(w), nullptr, y);
    results[i] = compute::test::downloaded(*backends[i], y);
  }
  for (std::size_t i = 0; i < results[0].size(); ++i) ASSERT_FLOAT_EQ(results[0][i], results[1][i]);
}

INSTANTIATE_TEST_SUITE_P(Backends, IntegerProduct, testing::ValuesIn(devices()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::test
