// Shapes of real models on every backend against the float64 reference: one token, odd sizes, grouped heads, wide
// layers. The suites of tests/compute run beside these in the same program.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/compute/backends.h"
#include "tests/compute/reference.h"
#include "tests/gpu/device_under_test.h"

namespace oscope::compute::test {
namespace {

class BackendEquivalence : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  Backend& backend() { return *m_backend; }
  double linearTolerance(DType dtype) const {
    const ProductTolerances& products = GetParam().products;
    return dtype == DType::BF16 ? products.linearBf16 : dtype == DType::F16 ? products.linearF16 : products.linearF32;
  }
  std::unique_ptr<Backend> m_backend;
};

std::vector<float> absOf(std::vector<float> values) {
  for (float& value : values) value = std::fabs(value);
  return values;
}

TEST_P(BackendEquivalence, LinearForEveryDTypeAndWidth) {
  struct Shape {
    std::int64_t rows, in, out;
  };
  for (const Shape& shape : {Shape{1, 64, 128}, Shape{1, 28672, 8}, Shape{5, 4096, 12}, Shape{3, 11008, 6},
                             Shape{67, 80, 240}, Shape{129, 33, 31}}) {
    const std::vector<float> x = activations(shape.rows, shape.in, 1), w = activations(shape.out, shape.in, 2);
    for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
      SCOPED_TRACE(std::to_string(shape.rows) + " x " + std::to_string(shape.in) + " -> " + std::to_string(shape.out) +
                   " " + std::string(toString(dtype)));
      const HostTensor weight = rounded(dtype, w, {shape.out, shape.in});
      Tensor y = backend().allocate(DType::F32, shape.rows, shape.out);
      backend().linear(uploaded(backend(), x, shape.rows, shape.in), SequenceLayout::uniform(1, shape.rows),
                       *backend().prepareWeight(weight), nullptr, y);
      const auto reference = referenceLinear(x, toFloat32(weight), {}, shape.rows, shape.in, shape.out);
      const auto sizes = referenceLinear(absOf(x), absOf(toFloat32(weight)), {}, shape.rows, shape.in, shape.out);
      const std::vector<float> actual = downloaded(backend(), y);
      for (std::size_t i = 0; i < actual.size(); ++i) {
        ASSERT_NEAR(actual[i], reference[i], linearTolerance(dtype) * sizes[i]) << "element " << i;
      }
    }
  }
}

// fp16 holds nothing above 65504: activations beyond it, and very small ones, must come through.
TEST_P(BackendEquivalence, LinearOfLargeAndSmallActivations) {
  for (const float size : {1e-6f, 3e4f, 1e6f}) {
    std::vector<float> x = activations(2, 96, 3);
    for (float& value : x) value *= size;
    const HostTensor weight = rounded(DType::F16, activations(8, 96, 4), {8, 96});
    Tensor y = backend().allocate(DType::F32, 2, 8);
    backend().linear(uploaded(backend(), x, 2, 96), SequenceLayout::uniform(2, 1), *backend().prepareWeight(weight),
                     nullptr, y);
    const auto reference = referenceLinear(x, toFloat32(weight), {}, 2, 96, 8);
    const auto sizes = referenceLinear(absOf(x), absOf(toFloat32(weight)), {}, 2, 96, 8);
    const std::vector<float> actual = downloaded(backend(), y);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      ASSERT_NEAR(actual[i], reference[i], linearTolerance(DType::F16) * sizes[i]) << size;
    }
  }
}

TEST_P(BackendEquivalence, LinearReadsNothingOfItsOutput) {
  const std::vector<float> x = activations(5, 64, 18);
  for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
    const WeightPtr weight = backend().prepareWeight(rounded(dtype, activations(32, 64, 19), {32, 64}));
    Tensor y = uploaded(backend(), std::vector<float>(5 * 32, std::numeric_limits<float>::quiet_NaN()), 5, 32);
    backend().linear(uploaded(backend(), x, 5, 64), SequenceLayout::uniform(1, 5), *weight, nullptr, y);
    for (const float value : downloaded(backend(), y)) ASSERT_TRUE(std::isfinite(value)) << toString(dtype);
  }
}

TEST_P(BackendEquivalence, NormsOfWideAndNarrowRows) {
  for (const std::int64_t cols : {1, 31, 33, 4096, 28672}) {
    const std::int64_t rows = 2;
    const std::vector<float> x = activations(rows, cols, 5), w = activations(1, cols, 6), b = activations(1, cols, 7);
    for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
      const HostTensor weight = rounded(dtype, w, {cols});
      const WeightPtr onDevice = backend().prepareWeight(weight);
      Tensor y = backend().allocate(DType::F32, rows, cols);
      backend().rmsNorm(uploaded(backend(), x, rows, cols), *onDevice, 1e-5f, 0.0f, y);
      EXPECT_LT(relativeError(downloaded(backend(), y), referenceRmsNorm(x, toFloat32(weight), 1e-5, 0.0)),
                kNormTolerance);
      backend().layerNorm(uploaded(backend(), x, rows, cols), onDevice.get(),
                          backend().prepareWeight(makeHostTensor("b", b, {cols})).get(), 1e-5f, y);
      EXPECT_LT(relativeError(downloaded(backend(), y), referenceLayerNorm(x, toFloat32(weight), b, rows, 1e-5)),
                kNormTolerance);
    }
  }
}

TEST_P(BackendEquivalence, EmbeddingsOfEveryDType) {
  const std::vector<float> table = activations(9, 33, 8);
  const std::vector<std::int32_t> ids{8, 0, 8, 5};
  for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
    const HostTensor weight = rounded(dtype, table, {9, 33});
    const std::vector<float> values = toFloat32(weight);
    Tensor out = backend().allocate(DType::F32, 4, 33);
    backend().embed(*backend().prepareWeight(weight), ids, 1.5f, out);
    const std::vector<float> actual = downloaded(backend(), out);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      EXPECT_EQ(actual[i], values[static_cast<std::size_t>(ids[i / 33]) * 33 + i % 33] * 1.5f);
    }
  }
}

struct HeadShape {
  std::int64_t length, heads, kvHeads, dim, window;
  bool alibi;
};

TEST_P(BackendEquivalence, AttentionOfEveryHeadWidth) {
  for (const HeadShape& shape :
       {HeadShape{1, 6, 6, 64, 0, false}, HeadShape{65, 6, 3, 64, 0, false}, HeadShape{64, 8, 2, 80, 0, false},
        HeadShape{130, 2, 1, 128, 0, false}, HeadShape{33, 2, 2, 256, 0, false}, HeadShape{70, 3, 3, 1, 0, false},
        HeadShape{129, 2, 1, 7, 5, false}, HeadShape{140, 4, 4, 96, 64, true}, HeadShape{200, 1, 1, 33, 100, true},
        HeadShape{7, 2, 1, 128, 0, true}, HeadShape{3, 1, 1, 256, 0, false}, HeadShape{12, 4, 2, 80, 5, false}}) {
    SCOPED_TRACE(std::to_string(shape.length) + " tokens, heads of " + std::to_string(shape.dim));
    const std::int64_t dim = shape.dim;
    const std::vector<float> q = activations(shape.length, shape.heads * dim, 9),
                             k = activations(shape.length, shape.kvHeads * dim, 10),
                             v = activations(shape.length, shape.kvHeads * dim, 11);
    AttentionParams params;
    params.scale = static_cast<float>(1.0 / (4.0 * std::sqrt(static_cast<double>(dim))));
    params.window = shape.window;
    for (std::int64_t h = 0; shape.alibi && h < shape.heads; ++h) {
      params.alibiSlopes.push_back(std::exp2(-static_cast<float>(h + 1)));
    }
    const auto view = [&](const std::vector<float>& values, std::int64_t heads) {
      return HeadView{uploaded(backend(), values, shape.length, heads * dim), heads, dim, 0, dim};
    };
    Tensor out = backend().allocate(DType::F32, shape.length, shape.heads * dim);
    backend().attention(view(q, shape.heads), view(k, shape.kvHeads), view(v, shape.kvHeads),
                        SequenceLayout::uniform(1, shape.length), params, out);
    const auto reference = referenceAttention(
        {q, shape.heads * dim, shape.heads, dim, 0, dim}, {k, shape.kvHeads * dim, shape.kvHeads, dim, 0, dim},
        {v, shape.kvHeads * dim, shape.kvHeads, dim, 0, dim}, shape.length, params);
    EXPECT_LT(relativeError(downloaded(backend(), out), reference), GetParam().products.attention);
  }
}

// Fast products are made of fp16 values: what it can't hold, and what it would round to nothing, must come through, and
// each head has a range of its own.
TEST_P(BackendEquivalence, AttentionOfLargeAndSmallHeads) {
  const std::int64_t length = 20, heads = 3, dim = 16;
  const float sizes[] = {1e-7f, 1.0f, 3e6f};
  const auto scaled = [&](std::uint32_t seed, const auto& sizeOf) {
    std::vector<float> values = activations(length, heads * dim, seed);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= sizeOf(i / dim % heads);
    return values;
  };
  const std::vector<float> q = scaled(15, [&](std::size_t head) { return sizes[head]; }),
                           k = scaled(16, [&](std::size_t head) { return 1.0f / sizes[head]; }),
                           v = scaled(17, [&](std::size_t head) { return sizes[head]; });
  AttentionParams params;
  params.scale = 0.1f;
  Tensor out = backend().allocate(DType::F32, length, heads * dim);
  const auto view = [&](const std::vector<float>& values) {
    return HeadView{uploaded(backend(), values, length, heads * dim), heads, dim, 0, dim};
  };
  backend().attention(view(q), view(k), view(v), SequenceLayout::uniform(1, length), params, out);
  const auto shape = [&](const std::vector<float>& values) { return Heads{values, heads * dim, heads, dim, 0, dim}; };
  const auto reference = referenceAttention(shape(q), shape(k), shape(v), length, params);
  const std::vector<float> actual = downloaded(backend(), out);
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double size = sizes[i / dim % heads];
    ASSERT_NEAR(actual[i] / size, reference[i] / size, 8 * GetParam().products.attention) << "element " << i;
  }
}

// With next to nothing in queries and keys, ALiBi alone decides.
TEST_P(BackendEquivalence, AttentionOfDeadHeads) {
  const std::int64_t length = 70, heads = 2, dim = 32;
  std::vector<float> tiny = activations(length, heads * dim, 20);
  for (float& value : tiny) value *= 1e-25f;
  const std::vector<float> zeros(tiny.size()), v = activations(length, heads * dim, 21);
  AttentionParams params;
  params.scale = 0.2f;
  params.alibiSlopes = {0.5f, 0.0625f};
  for (const std::vector<float>& dead : {tiny, zeros}) {
    Tensor out = backend().allocate(DType::F32, length, heads * dim);
    const auto view = [&](const std::vector<float>& values) {
      return HeadView{uploaded(backend(), values, length, heads * dim), heads, dim, 0, dim};
    };
    const auto shape = [&](const std::vector<float>& values) { return Heads{values, heads * dim, heads, dim, 0, dim}; };
    backend().attention(view(dead), view(dead), view(v), SequenceLayout::uniform(1, length), params, out);
    const auto reference = referenceAttention(shape(dead), shape(dead), shape(v), length, params);
    EXPECT_LT(relativeError(downloaded(backend(), out), reference), GetParam().products.attention);
  }
}

// Queries of a long sequence see thousands of keys; no matrix of length x length is kept.
TEST_P(BackendEquivalence, AttentionOverThousandsOfTokens) {
  const std::int64_t length = oscope::test::deviceUnderTest().emulated ? 1500 : 8192, dim = 16;
  const std::vector<float> x = activations(length, 3 * dim, 12);
  const Tensor qkv = uploaded(backend(), x, length, 3 * dim);
  Tensor out = backend().allocate(DType::F32, length, dim);
  AttentionParams params;
  params.scale = 0.05f;
  backend().attention({qkv, 1, dim, 0, dim}, {qkv, 1, dim, dim, dim}, {qkv, 1, dim, 2 * dim, dim},
                      SequenceLayout::uniform(1, length), params, out);
  const auto reference = referenceAttention({x, 3 * dim, 1, dim, 0, dim}, {x, 3 * dim, 1, dim, dim, dim},
                                            {x, 3 * dim, 1, dim, 2 * dim, dim}, length, params);
  EXPECT_LT(relativeError(downloaded(backend(), out), reference), GetParam().products.attention);
}

TEST_P(BackendEquivalence, ASequenceHasItsBitsInAnyBatch) {
  const std::int64_t length = 37, in = 96, out = 64;
  const std::vector<float> x = activations(3 * length, in, 13);
  for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
    const WeightPtr weight = backend().prepareWeight(rounded(dtype, activations(out, in, 14), {out, in}));
    Tensor whole = backend().allocate(DType::F32, 3 * length, out);
    backend().linear(uploaded(backend(), x, 3 * length, in), SequenceLayout::uniform(3, length), *weight, nullptr,
                     whole);
    const std::vector<float> together = downloaded(backend(), whole);
    Tensor alone = backend().allocate(DType::F32, length, out);
    const std::vector<float> last(x.begin() + 2 * length * in, x.end());
    backend().linear(uploaded(backend(), last, length, in), SequenceLayout::uniform(1, length), *weight, nullptr,
                     alone);
    const std::vector<float> single = downloaded(backend(), alone);
    EXPECT_TRUE(std::equal(single.begin(), single.end(), together.begin() + 2 * length * out)) << toString(dtype);
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, BackendEquivalence, testing::ValuesIn(testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::compute::test
