// What a site's linears see at run time: the activation after fake quantization.
#pragma once

#include <optional>

#include "analysis/compute/backend.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// The device op that carries out `plan`; nullopt for float activations and for clusters, which no device op does.
/// `divisor` replaces the plan's for scales that are found at run time.
std::optional<compute::ActivationQuant> deviceQuant(const ActivationPlan& plan, std::optional<double> divisor);

/// x := what the linears of `site` read. Clusters and run-time scales (kRuntimeEdge) go through host memory.
void applyActivation(compute::Backend& backend, compute::Tensor& x, const compute::SequenceLayout& layout,
                     const SitePlan& site, std::optional<double> divisor);

}  // namespace oscope::quant
