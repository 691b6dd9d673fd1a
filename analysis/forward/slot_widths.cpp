#include "analysis/forward/slot_widths.h"

namespace oscope::forward {
namespace {

using namespace model;

struct WidthOf {
  const BlockGraph& block;
  std::array<std::int64_t, kSlots>& widths;

  std::int64_t& at(Slot slot) const { return widths[static_cast<std::size_t>(slot)]; }

  void operator()(const NormStep& step) const {
    at(step.out) = block.norms[static_cast<std::size_t>(step.norm)].channels;
  }
  void operator()(const LinearStep& step) const {
    at(step.out) = block.linears[static_cast<std::size_t>(step.linear)].out;
  }
  void operator()(const AttentionStep& step) const { at(step.out) = step.q.heads * step.v.headDim; }
  void operator()(const CopyStep& step) const { at(step.into) = at(step.from); }
  // The others work in place.
  void operator()(const SiteStep&) const {}
  void operator()(const HeadNormStep&) const {}
  void operator()(const RopeStep&) const {}
  void operator()(const ActivationStep&) const {}
  void operator()(const GateStep&) const {}
  void operator()(const AddStep&) const {}
};

}  // namespace

std::array<std::int64_t, kSlots> slotWidths(const BlockGraph& block, std::int64_t hidden) {
  std::array<std::int64_t, kSlots> widths{};
  widths[static_cast<std::size_t>(Slot::Hidden)] = hidden;
  for (const Step& step : block.program) std::visit(WidthOf{block, widths}, step);
  return widths;
}

}  // namespace oscope::forward
