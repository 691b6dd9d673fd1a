// Forward ops of the CUDA backend: shapes are checked here, kernels trust them.
#include <fmt/format.h>

#include <utility>

#include "analysis/base/error.h"
#include "analysis/compute/cpu/checks.h"
#include "gpu/cuda_backend.h"
#include "gpu/device_copy.h"
#include "gpu/kernels/attention.h"
#include "gpu/kernels/row_ops.h"

namespace oscope::gpu {

using compute::cpu::require;
using compute::cpu::requireShape;

namespace {

ActivationForm formOf(compute::Activation act) {
  constexpr float kTanhGelu = 2.0f * 0.79788456f;  // 0.5 (1 + tanh u) = sigmoid(2 u)
  switch (act) {
    case compute::Activation::Identity:
      return {};
    case compute::Activation::Relu:
      return {ActivationForm::Relu};
    case compute::Activation::Silu:
      return {ActivationForm::Sigmoid, 1.0f, 0.0f};
    case compute::Activation::QuickGelu:
      return {ActivationForm::Sigmoid, 1.702f, 0.0f};
    case compute::Activation::GeluTanh:
      return {ActivationForm::Sigmoid, kTanhGelu, kTanhGelu * 0.044715f};
    case compute::Activation::GeluErf:
      return {ActivationForm::Erf};
  }
  return {};
}

void requireHeads(const char* op, const compute::HeadView& view, std::int64_t rows) {
  require(view.tensor.dtype == DType::F32 && view.tensor.rows == rows && view.heads > 0 &&
              view.offset + (view.heads - 1) * view.headStride + view.headDim <= view.tensor.cols,
          op, "heads don't fit into their tensor");
}

HeadInput inputOf(const compute::HeadView& view) {
  return {view.tensor.as<float>() + view.offset, view.tensor.cols, view.headStride};
}

}  // namespace

void CudaBackend::embed(const Weight& table, std::span<const std::int32_t> ids, float scale, Tensor& out) {
  requireShape("embed", out, DType::F32, static_cast<std::int64_t>(ids.size()), table.cols());
  const CudaWeight& own = asCuda(table);
  for (std::int32_t id : ids) {
    if (id >= 0 && id < table.rows()) continue;
    throw Error(ErrorCode::InvalidArgument, own.name(),
                fmt::format("token id {} is outside the vocabulary of {}", id, table.rows()),
                "use token ids that this model's tokenizer made");
  }
  enterToWrite();
  auto* onDevice = static_cast<std::int32_t*>(m_ids.take(m_device, ids.size_bytes()));
  copyToDevice(onDevice, ids.data(), ids.size_bytes(), m_device->compute(), "embed");
  launchEmbed(stream(), own.data(), floatTypeOf(own), onDevice, out.rows, out.cols, scale, out.as<float>());
}

void CudaBackend::addPositions(const Weight& table, const SequenceLayout& layout, std::int64_t offset, Tensor& out) {
  requireShape("addPositions", out, DType::F32, layout.rows(), table.cols());
  const CudaWeight& own = asCuda(table);
  if (layout.longest() + offset > table.rows()) {
    throw Error(ErrorCode::InvalidArgument, own.name(),
                fmt::format("a sequence of {} tokens needs more than the {} learned positions", layout.longest(),
                            table.rows() - offset),
                "use shorter sequences");
  }
  enterToWrite();
  launchAddPositions(stream(), own.data(), floatTypeOf(own), onDevice(layout).positions, out.rows, out.cols, offset,
                     out.as<float>());
}

void CudaBackend::rmsNorm(const Tensor& x, const Weight& w, float eps, float weightOffset, Tensor& y) {
  requireShape("rmsNorm", y, DType::F32, x.rows, x.cols);
  const std::int64_t width = w.rows() * w.cols();
  require(width > 0 && x.cols % width == 0, "rmsNorm", "the weight's width doesn't divide the row");
  enterToWrite();
  launchRmsNorm(stream(), x.as<float>(), x.rows * (x.cols / width), width, vectorOf(&w, width), eps, weightOffset,
                y.as<float>());
}

void CudaBackend::layerNorm(const Tensor& x, const Weight* w, const Weight* b, float eps, Tensor& y) {
  requireShape("layerNorm", y, DType::F32, x.rows, x.cols);
  enterToWrite();
  launchLayerNorm(stream(), x.as<float>(), x.rows, x.cols, vectorOf(w, x.cols), vectorOf(b, x.cols), eps,
                  y.as<float>());
}

void CudaBackend::linear(const Tensor& x, const SequenceLayout& layout, const Weight& w, const Weight* bias,
                         Tensor& y) {
  requireShape("linear", x, DType::F32, layout.rows(), w.cols());
  requireShape("linear", y, DType::F32, layout.rows(), w.rows());
  enter();
  const float* offsets = vectorOf(bias, w.rows());
  m_matmul.linear(x, layout, onDevice(layout), asCuda(w), m_precision, m_stop, y);
  if (offsets != nullptr) launchAddBias(stream(), y.as<float>(), offsets, y.rows, y.cols);
}

void CudaBackend::rope(compute::HeadView x, const SequenceLayout& layout, const compute::RopeParams& params) {
  requireHeads("rope", x, layout.rows());
  require(static_cast<std::int64_t>(params.inverseFrequencies.size()) * 2 <= x.headDim, "rope",
          "more frequencies than half a head");
  enterToWrite();
  m_ropeTable.prepare(m_device, params, layout.longest());
  launchRope(stream(), {x.tensor.as<float>() + x.offset, x.tensor.cols, x.headStride}, x.tensor.rows, x.heads,
             m_ropeTable.half(), onDevice(layout).positions, m_ropeTable.cosines(), m_ropeTable.sines());
}

void CudaBackend::attention(const compute::HeadView& q, const compute::HeadView& k, const compute::HeadView& v,
                            const SequenceLayout& layout, const compute::AttentionParams& params, Tensor& out) {
  for (const compute::HeadView* view : {&q, &k, &v}) requireHeads("attention", *view, layout.rows());
  require(q.heads % k.heads == 0 && k.heads == v.heads && q.headDim == k.headDim, "attention",
          "query heads are no multiple of key heads");
  require(params.scale > 0.0f, "attention", "the scale of scores is not positive");
  require(params.alibiSlopes.empty() || static_cast<std::int64_t>(params.alibiSlopes.size()) == q.heads, "attention",
          "ALiBi needs one slope per head");
  requireShape("attention", out, DType::F32, layout.rows(), q.heads * v.headDim);
  if (q.headDim > kWidestHead || v.headDim > kWidestHead) {
    throw Error(ErrorCode::Unsupported, "attention",
                fmt::format("heads of {} channels are wider than the {} that the CUDA kernel takes",
                            std::max(q.headDim, v.headDim), kWidestHead),
                "use --device cpu");
  }
  enterToWrite();
  AttentionShape shape;
  shape.starts = onDevice(layout).starts;
  shape.sequences = layout.sequences();
  shape.longest = layout.longest();
  shape.heads = q.heads;
  shape.headsPerKey = q.heads / k.heads;
  shape.headDim = q.headDim;
  shape.valueDim = v.headDim;
  shape.scale = params.scale;
  shape.window = params.window;
  if (!params.alibiSlopes.empty()) {
    const std::size_t bytes = params.alibiSlopes.size() * sizeof(float);
    auto* slopes = static_cast<float*>(m_slopes.take(m_device, bytes));
    copyToDevice(slopes, params.alibiSlopes.data(), bytes, m_device->compute(), "attention");
    shape.slopes = slopes;
  }
  if (m_precision == compute::MatmulPrecision::Full) {
    return launchAttention(stream(), inputOf(q), inputOf(k), inputOf(v), shape, out.as<float>());
  }
  const PackedHeads packed = packHeads({q, k, v}, shape);
  launchHalfAttention(stream(), packed[0], packed[1], packed[2], shape, out.as<float>());
}

CudaBackend::PackedHeads CudaBackend::packHeads(const std::array<compute::HeadView, 3>& views,
                                                const AttentionShape& shape) {
  PackedHeads packed;
  std::int64_t halves = 0, scales = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    packed[i] = {nullptr, nullptr, views[i].heads, views[i].headDim, halfPitch(views[i].headDim)};
    halves += views[i].tensor.rows * views[i].heads * packed[i].pitch;
    scales += shape.sequences * views[i].heads;
  }
  auto* at =
      static_cast<std::byte*>(m_heads.take(m_device, static_cast<std::size_t>(halves) * sizeof(std::uint16_t) +
                                                         static_cast<std::size_t>(scales) * sizeof(std::uint32_t)));
  const auto cut = [&](std::int64_t count, std::size_t size) {
    return std::exchange(at, at + static_cast<std::size_t>(count) * size);
  };
  for (std::size_t i = 0; i < views.size(); ++i) {
    const std::int64_t count = views[i].tensor.rows * views[i].heads * packed[i].pitch;
    packed[i].data = reinterpret_cast<std::uint16_t*>(cut(count, sizeof(std::uint16_t)));
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    packed[i].absMaxBits =
        reinterpret_cast<std::uint32_t*>(cut(shape.sequences * views[i].heads, sizeof(std::uint32_t)));
    launchPackHeads(stream(), inputOf(views[i]), shape, packed[i]);
  }
  return packed;
}

void CudaBackend::activate(compute::Activation act, Tensor& x) {
  enterToWrite();
  launchActivate(stream(), formOf(act), x.as<float>(), x.rows * x.cols);
}

void CudaBackend::gate(compute::Activation act, const Tensor& gate, Tensor& up) {
  requireShape("gate", gate, DType::F32, up.rows, up.cols);
  enterToWrite();
  launchGate(stream(), formOf(act), gate.as<float>(), up.as<float>(), up.rows * up.cols);
}

void CudaBackend::add(Tensor& x, const Tensor& y) {
  requireShape("add", y, DType::F32, x.rows, x.cols);
  enterToWrite();
  launchAdd(stream(), x.as<float>(), y.as<float>(), x.rows * x.cols);
}

void CudaBackend::copyRows(const Tensor& from, std::int64_t fromRow, Tensor& into, std::int64_t intoRow,
                           std::int64_t rows) {
  compute::cpu::requireRows("copyRows", from, fromRow, into, intoRow, rows);
  enterToWrite();
  const auto rowBytes = static_cast<std::size_t>(from.cols) * static_cast<std::size_t>(bitSize(from.dtype)) / 8;
  copyOnDevice(into.as<std::byte>() + static_cast<std::size_t>(intoRow) * rowBytes,
               from.as<std::byte>() + static_cast<std::size_t>(fromRow) * rowBytes,
               static_cast<std::size_t>(rows) * rowBytes, m_device->compute(), "copyRows");
}

void CudaBackend::reorderChannels(std::span<const std::int32_t> order, Tensor& x) {
  requireShape("reorderChannels", x, DType::F32, x.rows, x.cols);
  compute::cpu::requireOrder("reorderChannels", order, x.cols);
  if (x.cols > kWidestReordered) {
    throw Error(ErrorCode::Unsupported, "reorderChannels",
                fmt::format("{} channels are more than the {} that the CUDA kernel takes", x.cols, kWidestReordered),
                "use --device cpu");
  }
  enterToWrite();
  auto* onDevice = static_cast<std::int32_t*>(m_ids.take(m_device, order.size_bytes()));
  copyToDevice(onDevice, order.data(), order.size_bytes(), m_device->compute(), "reorderChannels");
  launchReorder(stream(), onDevice, x.rows, x.cols, x.as<float>());
}

void CudaBackend::copy(const Tensor& from, Tensor& into) {
  requireShape("copy", into, from.dtype, from.rows, from.cols);
  enterToWrite();
  copyOnDevice(into.buffer->data(), from.buffer->data(), bytesOf(from), m_device->compute(), "copy");
}

}  // namespace oscope::gpu
