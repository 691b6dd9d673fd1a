// The ops of a forward pass against float64 references, on every backend.
#include <gtest/gtest.h>

#include <cmath>
#include <stop_token>

#include "analysis/base/error.h"
#include "tests/compute/backends.h"
#include "tests/compute/reference.h"
#include "tests/compute/tolerances.h"

namespace oscope::compute::test {
namespace {

class ForwardOps : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override {
    if (!GetParam().whyAbsent.empty()) GTEST_SKIP() << GetParam().whyAbsent;
    m_backend = GetParam().make();
  }
  Backend& backend() { return *m_backend; }
  Tensor empty(std::int64_t rows, std::int64_t cols) { return backend().allocate(DType::F32, rows, cols); }
  WeightPtr vectorWeight(const std::vector<float>& values) {
    return backend().prepareWeight(makeHostTensor("v", values, {static_cast<std::int64_t>(values.size())}));
  }

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

struct LinearShape {
  std::vector<std::int64_t> starts;
  std::int64_t in, out;
  DType dtype;
  bool bias;
};

TEST_P(ForwardOps, LinearMatchesForOddShapesAndDTypes) {
  const std::vector<LinearShape> shapes{
      {{0, 1}, 7, 3, DType::F32, true},      {{0, 5, 6}, 172, 64, DType::BF16, false},
      {{0, 33}, 129, 257, DType::F16, true}, {{0, 2}, 28672, 9, DType::BF16, false},
      {{0, 520}, 40, 300, DType::F32, true},
  };
  for (const LinearShape& shape : shapes) {
    SCOPED_TRACE(std::to_string(shape.in) + " -> " + std::to_string(shape.out));
    SequenceLayout layout;
    layout.starts = shape.starts;
    const std::int64_t rows = layout.rows();
    const std::vector<float> x = activations(rows, shape.in, 1);
    const HostTensor weight = rounded(shape.dtype, activations(shape.out, shape.in, 2), {shape.out, shape.in});
    const std::vector<float> bias = shape.bias ? activations(1, shape.out, 3) : std::vector<float>();
    Tensor y = empty(rows, shape.out);
    const WeightPtr biasWeight = shape.bias ? vectorWeight(bias) : nullptr;
    backend().linear(uploaded(backend(), x, rows, shape.in), layout, *backend().prepareWeight(weight), biasWeight.get(),
                     y);

    const Doubles reference = referenceLinear(x, toFloat32(weight), bias, rows, shape.in, shape.out);
    const Doubles magnitudes =
        referenceLinear(absOf(x), absOf(toFloat32(weight)), absOf(bias), rows, shape.in, shape.out);
    const std::vector<float> actual = downloaded(backend(), y);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      ASSERT_NEAR(actual[i], reference[i], linearTolerance(shape.dtype) * magnitudes[i]) << "element " << i;
    }
  }
}

// Also for single tokens and odd lengths, whose rows start at any alignment: small products take other paths.
TEST_P(ForwardOps, LinearBitsDependOnTheOwnSequenceAlone) {
  const std::int64_t in = 95, out = 300;
  const HostTensor weight = rounded(DType::BF16, activations(out, in, 4), {out, in});
  for (const std::int64_t length : {1, 3, 37}) {
    const std::vector<float> x = activations(4 * length, in, 5);
    Tensor whole = empty(4 * length, out);
    backend().linear(uploaded(backend(), x, 4 * length, in), SequenceLayout::uniform(4, length),
                     *backend().prepareWeight(weight), nullptr, whole);
    const std::vector<float> together = downloaded(backend(), whole);
    for (std::int64_t s = 0; s < 4; ++s) {
      const auto from = x.begin() + s * length * in;
      Tensor alone = empty(length, out);
      backend().linear(uploaded(backend(), {from, from + length * in}, length, in), SequenceLayout::uniform(1, length),
                       *backend().prepareWeight(weight), nullptr, alone);
      const std::vector<float> single = downloaded(backend(), alone);
      EXPECT_TRUE(std::equal(single.begin(), single.end(), together.begin() + s * length * out))
          << "sequence " << s << " of length " << length;
    }
  }
}

TEST_P(ForwardOps, RmsNormMatchesAlsoPerHead) {
  for (const std::int64_t width : {1, 7, 48, 1000}) {
    const std::int64_t rows = 5, cols = width == 48 ? 6 * 48 : width;  // six heads, normed one by one
    const std::vector<float> x = activations(rows, cols, 6), w = activations(1, width, 7);
    Tensor y = uploaded(backend(), x, rows, cols);
    backend().rmsNorm(y, *vectorWeight(w), 1e-5f, 1.0f, y);
    EXPECT_LT(relativeError(downloaded(backend(), y), referenceRmsNorm(x, w, 1e-5, 1.0)), kNormTolerance);
  }
}

TEST_P(ForwardOps, LayerNormMatchesWithAndWithoutAffinePart) {
  for (const std::int64_t cols : {3, 64, 1021}) {
    const std::int64_t rows = 4;
    const std::vector<float> x = activations(rows, cols, 8), w = activations(1, cols, 9), b = activations(1, cols, 10);
    Tensor y = empty(rows, cols);
    backend().layerNorm(uploaded(backend(), x, rows, cols), vectorWeight(w).get(), vectorWeight(b).get(), 1e-5f, y);
    EXPECT_LT(relativeError(downloaded(backend(), y), referenceLayerNorm(x, w, b, rows, 1e-5)), kNormTolerance);
    backend().layerNorm(uploaded(backend(), x, rows, cols), nullptr, nullptr, 1e-5f, y);
    EXPECT_LT(relativeError(downloaded(backend(), y), referenceLayerNorm(x, {}, {}, rows, 1e-5)), kNormTolerance);
  }
}

TEST_P(ForwardOps, ActivationsMatch) {
  std::vector<float> x{0.0f, -0.0f, 1e-6f, -1e-6f, 20.0f, -20.0f, 200.0f, -200.0f};
  for (int i = -300; i <= 300; ++i) x.push_back(static_cast<float>(i) * 0.037f);
  const auto count = static_cast<std::int64_t>(x.size());
  for (const Activation act : {Activation::Identity, Activation::Relu, Activation::Silu, Activation::GeluErf,
                               Activation::GeluTanh, Activation::QuickGelu}) {
    Tensor values = uploaded(backend(), x, 1, count);
    backend().activate(act, values);
    Tensor up = uploaded(backend(), std::vector<float>(x.size(), 2.0f), 1, count);
    backend().gate(act, uploaded(backend(), x, 1, count), up);
    const std::vector<float> actual = downloaded(backend(), values), gated = downloaded(backend(), up);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double reference = referenceActivation(act, x[i]);
      ASSERT_NEAR(actual[i], reference, kActivationTolerance * std::max(1.0, std::fabs(reference))) << x[i];
      ASSERT_EQ(gated[i], 2.0f * actual[i]) << x[i];
    }
  }
}

struct AttentionShape {
  std::vector<std::int64_t> starts;
  std::int64_t heads, kvHeads, headDim, window;
  bool alibi;
};

TEST_P(ForwardOps, AttentionMatchesForGroupedAndFusedHeads) {
  const std::vector<AttentionShape> shapes{
      {{0, 1}, 1, 1, 8, 0, false},  {{0, 70}, 6, 3, 12, 0, false},  {{0, 3, 133, 134}, 4, 1, 16, 0, false},
      {{0, 90}, 6, 6, 10, 0, true}, {{0, 150}, 2, 2, 8, 17, false},
  };
  for (const AttentionShape& shape : shapes) {
    SequenceLayout layout;
    layout.starts = shape.starts;
    const std::int64_t dim = shape.headDim, groups = shape.kvHeads;
    const bool fused = shape.heads == shape.kvHeads;  // rows (head * 3 + part) * dim + d
    const std::int64_t qCols = fused ? 3 * shape.heads * dim : shape.heads * dim;
    const std::int64_t kCols = fused ? qCols : groups * dim;
    const std::int64_t stride = fused ? 3 * dim : dim;
    const std::vector<float> q = activations(layout.rows(), qCols, 11);
    const std::vector<float> k = fused ? q : activations(layout.rows(), kCols, 12);
    const std::vector<float> v = fused ? q : activations(layout.rows(), kCols, 13);
    AttentionParams params;
    params.scale = 0.1f;
    params.window = shape.window;
    for (std::int64_t h = 0; shape.alibi && h < shape.heads; ++h)
      params.alibiSlopes.push_back(0.5f / static_cast<float>(h + 1));

    Tensor out = empty(layout.rows(), shape.heads * dim);
    const auto view = [&](const std::vector<float>& values, std::int64_t cols, std::int64_t heads, std::int64_t part) {
      return HeadView{uploaded(backend(), values, layout.rows(), cols), heads, dim, fused ? part * dim : 0, stride};
    };
    backend().attention(view(q, qCols, shape.heads, 0), view(k, kCols, groups, 1), view(v, kCols, groups, 2), layout,
                        params, out);
    const std::vector<float> actual = downloaded(backend(), out);
    for (std::int64_t s = 0; s < layout.sequences(); ++s) {
      const std::int64_t start = layout.starts[static_cast<std::size_t>(s)], length = layout.length(s);
      const auto part = [&](const std::vector<float>& values, std::int64_t cols) {
        return std::vector<float>(values.begin() + start * cols, values.begin() + (start + length) * cols);
      };
      const std::vector<float> qs = part(q, qCols), ks = part(k, kCols), vs = part(v, kCols);
      const Doubles reference = referenceAttention(
          {qs, qCols, shape.heads, dim, 0, stride}, {ks, kCols, groups, dim, fused ? dim : 0, stride},
          {vs, kCols, groups, dim, fused ? 2 * dim : 0, stride}, length, params);
      EXPECT_LT(relativeError(part(actual, shape.heads * dim), reference), GetParam().products.attention)
          << shape.heads << " heads, sequence " << s;
    }
  }
}

TEST_P(ForwardOps, RopeRotatesTheFirstDimensionsByPosition) {
  const std::int64_t heads = 3, dim = 10;
  SequenceLayout layout;
  layout.starts = {0, 4, 9};
  RopeParams params;
  params.inverseFrequencies = {1.0, 0.3, 0.01};  // rotates 6 of 10 dimensions
  params.attentionFactor = 1.25;
  const std::vector<float> x = activations(9, heads * dim, 14);
  Tensor tensor = uploaded(backend(), x, 9, heads * dim);
  backend().rope({tensor, heads, dim, 0, dim}, layout, params);
  Doubles reference(x.begin(), x.end());
  for (std::int64_t row = 0; row < 9; ++row) {
    const std::int64_t position = row < 4 ? row : row - 4;
    for (std::int64_t at = row * heads * dim; at < (row + 1) * heads * dim; at += dim) {
      for (std::size_t i = 0; i < 3; ++i) {
        const double angle = static_cast<double>(position) * params.inverseFrequencies[i];
        const double a = x[static_cast<std::size_t>(at) + i], b = x[static_cast<std::size_t>(at) + i + 3];
        reference[static_cast<std::size_t>(at) + i] = 1.25 * (a * std::cos(angle) - b * std::sin(angle));
        reference[static_cast<std::size_t>(at) + i + 3] = 1.25 * (b * std::cos(angle) + a * std::sin(angle));
      }
    }
  }
  EXPECT_LT(relativeError(downloaded(backend(), tensor), reference), kRopeTolerance);
}

TEST_P(ForwardOps, EmbeddingsPositionsAndSumsAreExact) {
  const std::vector<float> table = activations(11, 6, 15);
  const std::vector<std::int32_t> ids{3, 0, 10};
  Tensor out = empty(3, 6);
  const WeightPtr weight = backend().prepareWeight(makeHostTensor("table", table, {11, 6}));
  backend().embed(*weight, ids, 2.0f, out);
  SequenceLayout layout;
  layout.starts = {0, 2, 3};
  backend().addPositions(*weight, layout, 2, out);
  Tensor sum = empty(3, 6);
  backend().copy(out, sum);
  backend().add(sum, out);
  const std::vector<float> actual = downloaded(backend(), sum);
  const std::int64_t positions[] = {2, 3, 2};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 6; ++c) {
      const float expected = 2.0f * table[static_cast<std::size_t>(ids[r]) * 6 + c] +
                             table[static_cast<std::size_t>(positions[r]) * 6 + c];
      EXPECT_EQ(actual[r * 6 + c], expected + expected);
    }
  }
  EXPECT_THROW(backend().embed(*weight, std::vector<std::int32_t>{1, 11, 0}, 1.0f, out), Error);
  EXPECT_THROW(backend().addPositions(*weight, SequenceLayout::uniform(1, 3), 9, out), Error);
}

TEST_P(ForwardOps, RowsAreCopiedFromAndToAnyPlace) {
  const std::vector<float> x = activations(5, 7, 20), y = activations(4, 7, 21);
  Tensor into = uploaded(backend(), y, 4, 7);
  backend().copyRows(uploaded(backend(), x, 5, 7), 3, into, 1, 2);
  std::vector<float> expected = y;
  std::copy_n(x.begin() + 3 * 7, 2 * 7, expected.begin() + 7);
  EXPECT_EQ(downloaded(backend(), into), expected);
  EXPECT_THROW(backend().copyRows(into, 3, into, 0, 2), Error);
}

TEST_P(ForwardOps, ChannelsOfEveryRowAreReordered) {
  for (const std::int64_t cols : {std::int64_t{1}, std::int64_t{37}, std::int64_t{16384}}) {
    const std::vector<float> x = activations(3, cols, 23);
    std::vector<std::int32_t> order;
    for (std::int64_t j = 0; j < cols; ++j) order.push_back(static_cast<std::int32_t>((j * 5 + 3) % cols));
    Tensor tensor = uploaded(backend(), x, 3, cols);
    backend().reorderChannels(order, tensor);
    std::vector<float> expected;
    for (std::int64_t i = 0; i < 3 * cols; ++i) {
      expected.push_back(x[static_cast<std::size_t>(i / cols * cols + order[static_cast<std::size_t>(i % cols)])]);
    }
    EXPECT_EQ(downloaded(backend(), tensor), expected);
    order[0] = static_cast<std::int32_t>(cols);
    EXPECT_THROW(backend().reorderChannels(order, tensor), Error);
    order.pop_back();
    EXPECT_THROW(backend().reorderChannels(order, tensor), Error);
  }
}

TEST_P(ForwardOps, HostMemoryOfTheBackendGoesThereAndBack) {
  const std::vector<float> x = activations(3, 5, 22);
  const auto memory = backend().allocateHost(x.size() * sizeof(float));
  auto* values = static_cast<float*>(memory->data());
  std::copy(x.begin(), x.end(), values);
  Tensor tensor = empty(3, 5);
  backend().upload(values, tensor);
  backend().synchronize();
  std::fill_n(values, x.size(), 0.0f);
  backend().download(tensor, values);
  EXPECT_EQ(std::vector<float>(values, values + x.size()), x);
}

TEST_P(ForwardOps, AStopRequestEndsALongOp) {
  std::stop_source source;
  source.request_stop();
  backend().setStopToken(source.get_token());
  const HostTensor weight = rounded(DType::F32, activations(600, 64, 1), {600, 64});
  Tensor y = empty(8, 600);
  EXPECT_THROW(backend().linear(uploaded(backend(), activations(8, 64, 2), 8, 64), SequenceLayout::uniform(1, 8),
                                *backend().prepareWeight(weight), nullptr, y),
               Cancelled);
  backend().setStopToken({});
  EXPECT_NO_THROW(backend().add(y, y));
}

INSTANTIATE_TEST_SUITE_P(Backends, ForwardOps, testing::ValuesIn(testBackends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace oscope::compute::test
