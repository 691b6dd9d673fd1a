#include "quant/memory/plan_size.h"

namespace oscope::quant {
namespace {

constexpr std::uint64_t kFloatBits = 16, kScaleBits = 16;

std::uint64_t linearBits(const LinearPlan& linear) {
  const auto weights = static_cast<std::uint64_t>(linear.out * linear.in);
  if (linear.scheme.isFloat()) return weights * kFloatBits;
  const auto bits = static_cast<std::uint64_t>(linear.scheme.bits);
  const auto groups = static_cast<std::uint64_t>(linear.out * (linear.in / effectiveGroup(linear.scheme, linear.in)));
  return weights * bits + groups * (kScaleBits + (linear.scheme.symmetric ? 0 : bits));
}

std::uint64_t linearWeights(const model::ModelGraph& graph) {
  std::uint64_t weights = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::LinearDesc& linear : block.linears) weights += static_cast<std::uint64_t>(linear.out * linear.in);
  }
  return weights;
}

}  // namespace

PlanSize planSize(const model::ModelGraph& graph, const Plan& plan) {
  std::uint64_t bits = 0;
  for (const SitePlan& site : plan.sites) {
    for (const LinearPlan& linear : site.linears) bits += linearBits(linear);
    if (site.foldEdge == kRuntimeEdge) {
      bits += kScaleBits * static_cast<std::uint64_t>(graph.site(site.id).channels);
    }
  }
  const std::uint64_t others = static_cast<std::uint64_t>(graph.parameters) - linearWeights(graph);
  return {bits / 8, (bits + others * kFloatBits) / 8};
}

PlanSize floatSize(const model::ModelGraph& graph) {
  return {linearWeights(graph) * kFloatBits / 8, static_cast<std::uint64_t>(graph.parameters) * kFloatBits / 8};
}

}  // namespace oscope::quant
