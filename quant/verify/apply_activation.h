// What a site's linears see at run time: the activation after fake quantization.
#pragma once

#include <optional>

#include "analysis/compute/backend.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// The device op that carries out the activation plan of `site`, run-time scales (kRuntimeEdge) included; nullopt for
/// float activations. It points into `site`. `divisor` replaces the plan's for scales that are found at run time.
std::optional<compute::ActivationQuant> deviceQuant(const SitePlan& site, std::optional<double> divisor);

/// x := what the linears of `site` read.
void applyActivation(compute::Backend& backend, compute::Tensor& x, const compute::SequenceLayout& layout,
                     const SitePlan& site, std::optional<double> divisor);

}  // namespace oscope::quant
