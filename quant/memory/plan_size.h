// Bytes of a model as one plan stores it.
#pragma once

#include <cstdint>

#include "analysis/model/model_graph.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

struct PlanSize {
  std::uint64_t linears = 0;  ///< codes at their bits, 16-bit scales, zero points at the bits of the codes
  std::uint64_t model = 0;    ///< and all other tensors at 16 bits, a tied embedding once
};

/// Linears in float count 16 bits per weight. A scale that is divided out at run time counts 16 bits per channel.
PlanSize planSize(const model::ModelGraph& graph, const Plan& plan);
/// The same for the float model at 16 bits.
PlanSize floatSize(const model::ModelGraph& graph);

}  // namespace oscope::quant
