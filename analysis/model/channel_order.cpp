#include "analysis/model/channel_order.h"

#include <algorithm>
#include <numeric>

namespace oscope::model {
namespace {

constexpr Slot kNone = Slot::Count;

/// The slot that a step writes.
struct Written {
  Slot operator()(const NormStep& step) const { return step.out; }
  Slot operator()(const LinearStep& step) const { return step.out; }
  Slot operator()(const SiteStep&) const { return kNone; }
  Slot operator()(const HeadNormStep& step) const { return step.slot; }
  Slot operator()(const RopeStep& step) const { return step.heads.slot; }
  Slot operator()(const AttentionStep& step) const { return step.out; }
  Slot operator()(const ActivationStep& step) const { return step.slot; }
  Slot operator()(const GateStep& step) const { return step.up; }
  Slot operator()(const AddStep& step) const { return step.into; }
  Slot operator()(const CopyStep& step) const { return step.into; }
};

/// Whether a step takes what lies in `slot` as channels of the residual stream.
bool movesToResidual(const Step& step, Slot slot) {
  if (const auto* add = std::get_if<AddStep>(&step)) return add->from == slot;
  if (const auto* copy = std::get_if<CopyStep>(&step)) return copy->from == slot;
  return false;
}

using Steps = std::vector<Step>;

/// Index of the last step before `end` that writes `slot`; -1: what enters the block.
int lastWriter(const Steps& steps, Slot slot, int end) {
  for (int i = end - 1; i >= 0; --i) {
    if (std::visit(Written{}, steps[static_cast<std::size_t>(i)]) == slot) return i;
  }
  return -1;
}

OrderCarrier no(std::string why) {
  OrderCarrier carrier;
  carrier.why = std::move(why);
  return carrier;
}

std::vector<std::int32_t> plainRows(std::int64_t channels) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(channels));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

OrderCarrier carrierOf(const BlockGraph& block, Slot slot, int end);

/// Attention's output: rows of v, shared by the query heads of one value head.
OrderCarrier valueCarrier(const BlockGraph& block, const AttentionStep& step, int at) {
  const HeadsDesc& v = step.v;
  const int writer = lastWriter(block.program, v.slot, at);
  const auto* linear = writer < 0 ? nullptr : std::get_if<LinearStep>(&block.program[static_cast<std::size_t>(writer)]);
  if (linear == nullptr) return no("v is no linear's output as it stands");
  OrderCarrier carrier;
  carrier.within = v.headDim;
  carrier.rows.push_back({linear->linear, {}});
  const std::int64_t shared = step.q.heads / v.heads;
  for (std::int64_t head = 0; head < step.q.heads; ++head) {
    for (std::int64_t d = 0; d < v.headDim; ++d) {
      carrier.rows[0].rowOfChannel.push_back(static_cast<std::int32_t>(v.offset + head / shared * v.headStride + d));
    }
  }
  return carrier;
}

/// What makes `slot` as it is before step `end`.
OrderCarrier carrierOf(const BlockGraph& block, Slot slot, int end) {
  const int at = lastWriter(block.program, slot, end);
  if (at < 0) return no("the site reads the residual stream");
  const Step& step = block.program[static_cast<std::size_t>(at)];
  if (const auto* norm = std::get_if<NormStep>(&step)) {
    OrderCarrier carrier;
    carrier.norm = norm->norm;
    return carrier;
  }
  if (const auto* linear = std::get_if<LinearStep>(&step)) {
    OrderCarrier carrier;
    const LinearDesc& desc = block.linears[static_cast<std::size_t>(linear->linear)];
    carrier.rows.push_back({linear->linear, plainRows(desc.out)});
    return carrier;
  }
  if (std::holds_alternative<ActivationStep>(step)) return carrierOf(block, slot, at);
  if (const auto* gate = std::get_if<GateStep>(&step)) {
    OrderCarrier carrier = carrierOf(block, gate->up, at), other = carrierOf(block, gate->gate, at);
    if (!carrier.exact() || !other.exact()) return carrier.exact() ? other : carrier;
    carrier.rows.insert(carrier.rows.begin(), other.rows.begin(), other.rows.end());
    return carrier;
  }
  if (const auto* attention = std::get_if<AttentionStep>(&step)) return valueCarrier(block, *attention, at);
  if (std::holds_alternative<CopyStep>(step)) return no("the norm's output is also the residual stream");
  return no("what makes the site's channels ties them together");
}

}  // namespace

OrderCarrier orderCarrier(const BlockGraph& block, SiteKind site) {
  const Steps& steps = block.program;
  for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
    const auto* found = std::get_if<SiteStep>(&steps[static_cast<std::size_t>(i)]);
    if (found == nullptr || found->site != site) continue;
    const int writer = lastWriter(steps, found->slot, i);
    // Whatever else reads the slot before it is written again must not care for the order.
    for (int k = writer + 1; k < static_cast<int>(steps.size()); ++k) {
      const Step& step = steps[static_cast<std::size_t>(k)];
      if (movesToResidual(step, found->slot)) return no("the norm's output is also the residual stream");
      if (k > i && std::visit(Written{}, step) == found->slot) break;
    }
    return carrierOf(block, found->slot, i);
  }
  return no("the block has no such site");
}

std::string whyNoQueryKeyOrder(const BlockGraph& block) {
  for (int i = 0; i < static_cast<int>(block.program.size()); ++i) {
    const auto* attention = std::get_if<AttentionStep>(&block.program[static_cast<std::size_t>(i)]);
    if (attention == nullptr) continue;
    for (const HeadsDesc* heads : {&attention->q, &attention->k}) {
      const int writer = lastWriter(block.program, heads->slot, i);
      const Step* step = writer < 0 ? nullptr : &block.program[static_cast<std::size_t>(writer)];
      if (step != nullptr && std::holds_alternative<RopeStep>(*step)) {
        return "rotary positions turn channels of q and k in pairs";
      }
      if (step == nullptr || !std::holds_alternative<LinearStep>(*step)) return "q and k are no linear's output as is";
    }
    return "";
  }
  return "the block has no attention";
}

std::string normOrderName(const NormDesc& norm) {
  return norm.module + ".output_order";
}

}  // namespace oscope::model
