#include "analysis/forward/forward_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/base/error.h"
#include "analysis/compute/stop_scope.h"
#include "analysis/forward/slot_widths.h"
#include "analysis/model/channel_order.h"

namespace oscope::forward {

using compute::Backend;
using compute::HeadView;
using compute::SequenceLayout;
using compute::Tensor;
using compute::WeightPtr;
using namespace model;

namespace {

WeightPtr prepare(Backend& backend, const checkpoint::TensorSource& source, const std::string& name) {
  return name.empty() ? nullptr : backend.prepareWeight(source.tensor(name));
}

void applyNorm(Backend& backend, const NormDesc& norm, const WeightPtr& weight, const WeightPtr& bias, const Tensor& in,
               Tensor& out) {
  if (norm.kind == NormKind::Layer) return backend.layerNorm(in, weight.get(), bias.get(), norm.eps, out);
  backend.rmsNorm(in, *weight, norm.eps, norm.weightOffset, out);
}

/// The index behind a norm, where `source` holds one.
std::vector<std::int32_t> normOrder(const checkpoint::TensorSource& source, const NormDesc& norm) {
  const std::string name = normOrderName(norm);
  if (!source.contains(name)) return {};
  const compute::HostTensor tensor = source.tensor(name);
  const auto* order = static_cast<const std::int32_t*>(tensor.data);
  return {order, order + tensor.elements()};
}

}  // namespace

struct ForwardRunner::State {
  const ModelGraph& graph;
  Backend& backend;
  bool onHost;
  std::array<Tensor, kSlots> slots{};
  std::map<std::pair<const checkpoint::TensorSource*, std::string>, WeightPtr> ends{};

  // Weights before the first and behind the last block serve batch after batch. A host reads them in place; a device
  // keeps them until blocks need the memory.
  WeightPtr end(const checkpoint::TensorSource& source, const std::string& name) {
    if (name.empty() || onHost) return prepare(backend, source, name);
    WeightPtr& kept = ends[{&source, name}];
    if (kept == nullptr) kept = prepare(backend, source, name);
    return kept;
  }

  void norm(const NormDesc& desc, const checkpoint::TensorSource& source, const Tensor& in, Tensor& out) {
    applyNorm(backend, desc, end(source, desc.weight), end(source, desc.bias), in, out);
  }

  // A slot's memory is taken again where it is large enough.
  void shape(Slot slot, std::int64_t rows, std::int64_t cols) {
    Tensor& tensor = slots[static_cast<std::size_t>(slot)];
    const auto bytes = static_cast<std::size_t>(rows * cols) * sizeof(float);
    if (tensor.empty() || tensor.buffer->size() < bytes) {
      tensor = {};  // frees the old one first
      tensor = backend.allocate(DType::F32, rows, cols);
    }
    tensor.rows = rows;
    tensor.cols = cols;
  }
};

namespace {

/// "blocks.3.ffn_mid", where the step belongs to a site; else "blocks.3".
std::string placeOf(const BlockGraph& block, const Step& step) {
  if (const auto* site = std::get_if<SiteStep>(&step)) return toString(SiteId{block.index, site->site});
  if (const auto* linear = std::get_if<LinearStep>(&step)) {
    return toString(SiteId{block.index, block.linears[static_cast<std::size_t>(linear->linear)].site});
  }
  return fmt::format("blocks.{}", block.index);
}

// Carries out the steps of one block.
struct StepRunner {
  const ModelGraph& graph;
  const BlockGraph& desc;
  const LoadedBlock& weights;
  Backend& backend;
  std::array<Tensor, kSlots>& slots;
  const SequenceLayout& layout;
  SiteHook* hook;

  Tensor& at(Slot slot) const { return slots[static_cast<std::size_t>(slot)]; }
  HeadView view(const HeadsDesc& heads) const {
    return {at(heads.slot), heads.heads, heads.headDim, heads.offset, heads.headStride};
  }

  void operator()(const NormStep& step) const {
    const auto i = static_cast<std::size_t>(step.norm);
    applyNorm(backend, desc.norms[i], weights.normWeights[i], weights.normBiases[i], at(step.in), at(step.out));
    if (!weights.normOrders[i].empty()) backend.reorderChannels(weights.normOrders[i], at(step.out));
  }
  void operator()(const HeadNormStep& step) const {
    const auto i = static_cast<std::size_t>(step.norm);
    applyNorm(backend, desc.norms[i], weights.normWeights[i], weights.normBiases[i], at(step.slot), at(step.slot));
  }
  void operator()(const LinearStep& step) const {
    const auto i = static_cast<std::size_t>(step.linear);
    backend.linear(at(step.in), layout, *weights.linearWeights[i], weights.linearBiases[i].get(), at(step.out));
    if (hook != nullptr && hook->wantsLinears()) {
      hook->onLinear({desc.index, desc.linears[i].site}, step.linear, at(step.in), at(step.out), layout);
    }
  }
  void operator()(const SiteStep& step) const {
    if (hook != nullptr) hook->onSite({desc.index, step.site}, at(step.slot), layout);
  }
  void operator()(const RopeStep& step) const { backend.rope(view(step.heads), layout, graph.rope); }
  void operator()(const AttentionStep& step) const {
    backend.attention(view(step.q), view(step.k), view(step.v), layout, graph.attention, at(step.out));
  }
  void operator()(const ActivationStep& step) const { backend.activate(step.act, at(step.slot)); }
  void operator()(const GateStep& step) const { backend.gate(step.act, at(step.gate), at(step.up)); }
  void operator()(const AddStep& step) const { backend.add(at(step.into), at(step.from)); }
  void operator()(const CopyStep& step) const { backend.copy(at(step.from), at(step.into)); }
};

}  // namespace

ForwardRunner::ForwardRunner(const ModelGraph& graph, Backend& backend)
    : m_state(std::make_unique<State>(State{graph, backend, backend.info().threads > 0})) {}

ForwardRunner::~ForwardRunner() = default;

LoadedBlock ForwardRunner::loadBlock(int index, const checkpoint::TensorSource& source,
                                     std::vector<WeightPtr> ready) const {
  const BlockGraph& desc = m_state->graph.blocks.at(static_cast<std::size_t>(index));
  LoadedBlock block;
  block.index = index;
  for (const NormDesc& norm : desc.norms) {
    block.normWeights.push_back(prepare(m_state->backend, source, norm.weight));
    block.normBiases.push_back(prepare(m_state->backend, source, norm.bias));
    block.normOrders.push_back(normOrder(source, norm));
  }
  block.linearWeights = std::move(ready);
  block.linearWeights.resize(desc.linears.size());
  for (std::size_t i = 0; i < desc.linears.size(); ++i) {
    const LinearDesc& linear = desc.linears[i];
    if (block.linearWeights[i] == nullptr) {
      block.linearWeights[i] = prepare(m_state->backend, source, linear.weight);
    }
    block.linearBiases.push_back(prepare(m_state->backend, source, linear.bias));
  }
  return block;
}

void ForwardRunner::embed(const checkpoint::TensorSource& source, std::span<const std::int32_t> ids,
                          const SequenceLayout& layout, Tensor& hidden) {
  const ModelGraph& graph = m_state->graph;
  Backend& backend = m_state->backend;
  if (graph.positionsLimited && layout.longest() > graph.maxPositions) {
    throw Error(ErrorCode::InvalidArgument, "sequence length",
                fmt::format("{} tokens are more than the {} positions that the model knows", layout.longest(),
                            graph.maxPositions),
                fmt::format("use a length of at most {}", graph.maxPositions));
  }
  const bool projected = !graph.embedding.projectIn.empty();
  Tensor narrow = projected ? backend.allocate(DType::F32, layout.rows(), graph.embedding.width) : hidden;
  backend.embed(*m_state->end(source, graph.embedding.tokens), ids, graph.embedding.scale, narrow);
  if (projected) backend.linear(narrow, layout, *m_state->end(source, graph.embedding.projectIn), nullptr, hidden);
  if (!graph.embedding.positions.empty()) {
    backend.addPositions(*m_state->end(source, graph.embedding.positions), layout, graph.embedding.positionOffset,
                         hidden);
  }
  if (graph.embedding.norm) m_state->norm(*graph.embedding.norm, source, hidden, hidden);
}

void ForwardRunner::runBlock(const LoadedBlock& block, Tensor& hidden, const SequenceLayout& layout, SiteHook* hook,
                             const JobContext* context) {
  m_state->ends.clear();
  const BlockGraph& desc = m_state->graph.blocks.at(static_cast<std::size_t>(block.index));
  const auto widths = slotWidths(desc, m_state->graph.hidden);
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (widths[slot] > 0 && slot != static_cast<std::size_t>(Slot::Hidden)) {
      m_state->shape(static_cast<Slot>(slot), layout.rows(), widths[slot]);
    }
  }
  const compute::StopScope stop(m_state->backend, context);
  Tensor& hiddenSlot = m_state->slots[static_cast<std::size_t>(Slot::Hidden)];
  hiddenSlot = hidden;
  const StepRunner runner{m_state->graph, desc, block, m_state->backend, m_state->slots, layout, hook};
  for (const Step& step : desc.program) {
    if (context != nullptr) context->checkCancelled();
    try {
      std::visit(runner, step);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Device) throw;
      // What a device found wrong names its kernel; say where in the model that was.
      throw Error(error.code(), placeOf(desc, step) + ", " + error.where(), error.text(), error.remedy());
    }
  }
  hiddenSlot = {};
}

Tensor ForwardRunner::logits(const checkpoint::TensorSource& source, const Tensor& hidden,
                             const SequenceLayout& layout) {
  const ModelGraph& graph = m_state->graph;
  Backend& backend = m_state->backend;
  Tensor last = hidden;
  if (graph.head.norm) {
    last = backend.allocate(DType::F32, hidden.rows, hidden.cols);
    m_state->norm(*graph.head.norm, source, hidden, last);
  }
  if (!graph.head.projectOut.empty()) {
    Tensor narrow = backend.allocate(DType::F32, hidden.rows, graph.embedding.width);
    backend.linear(last, layout, *m_state->end(source, graph.head.projectOut), nullptr, narrow);
    last = narrow;
  }
  Tensor result = backend.allocate(DType::F32, hidden.rows, graph.vocabulary);
  const WeightPtr bias = m_state->end(source, graph.head.bias);
  backend.linear(last, layout, *m_state->end(source, graph.head.weight), bias.get(), result);
  return result;
}

namespace {

/// Scratch memory of a device's ops per row.
std::uint64_t scratchBytesPerRow(const ModelGraph& graph, const compute::DeviceInfo& device) {
  std::uint64_t linear = 0, attention = 0;
  for (const BlockGraph& block : graph.blocks) {
    for (const LinearDesc& desc : block.linears) linear = std::max(linear, static_cast<std::uint64_t>(desc.in));
    for (const Step& step : block.program) {
      const auto* heads = std::get_if<AttentionStep>(&step);
      if (heads == nullptr) continue;
      std::int64_t width = 0;
      for (const HeadsDesc* desc : {&heads->q, &heads->k, &heads->v}) width += desc->heads * desc->headDim;
      attention = std::max(attention, static_cast<std::uint64_t>(width));
    }
  }
  return linear * device.scratchPerElement + attention * device.attentionScratchPerElement;
}

}  // namespace

std::uint64_t ForwardRunner::workBytesPerRow(const ModelGraph& graph, const compute::DeviceInfo& device) {
  // A slot keeps the widest shape that any block asks of it.
  std::array<std::int64_t, kSlots> widest{};
  for (const BlockGraph& block : graph.blocks) {
    const auto widths = slotWidths(block, 0);
    for (std::size_t slot = 0; slot < kSlots; ++slot) widest[slot] = std::max(widest[slot], widths[slot]);
  }
  std::uint64_t channels = 0;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (slot != static_cast<std::size_t>(Slot::Hidden)) channels += static_cast<std::uint64_t>(widest[slot]);
  }
  return channels * sizeof(float) + scratchBytesPerRow(graph, device);
}

std::vector<float> forwardAll(const ModelGraph& graph, const checkpoint::TensorSource& source, Backend& backend,
                              std::span<const std::int32_t> ids, const SequenceLayout& layout, SiteHook* hook) {
  ForwardRunner runner(graph, backend);
  Tensor hidden = backend.allocate(DType::F32, layout.rows(), graph.hidden);
  runner.embed(source, ids, layout, hidden);
  for (const BlockGraph& block : graph.blocks)
    runner.runBlock(runner.loadBlock(block.index, source), hidden, layout, hook);
  const Tensor logits = runner.logits(source, hidden, layout);
  std::vector<float> host(static_cast<std::size_t>(logits.rows * logits.cols));
  backend.download(logits, host.data());
  return host;
}

}  // namespace oscope::forward
