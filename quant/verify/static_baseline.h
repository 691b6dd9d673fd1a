// "Static everywhere": what the same bits give without the policy.
#pragma once

#include "quant/transform/quantize_block.h"

namespace oscope::quant {

/// Whether the baseline says anything: a plan whose activations all stay in float has none.
bool hasStaticBaseline(const std::vector<SitePlan>& sites);

/// The original weights of a block rounded to nearest in the schemes of `sites`, no fold, and every site that is
/// quantized at all gets one static scale from its range.
QuantizedBlock staticBaselineBlock(const model::BlockGraph& block, const checkpoint::TensorSource& source,
                                   const std::vector<SitePlan>& sites, const NumericRules& rules,
                                   compute::Backend& backend);

}  // namespace oscope::quant
