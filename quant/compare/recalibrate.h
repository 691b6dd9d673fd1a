// A comparison whose recipes need more than the snapshot at hand holds.
#pragma once

#include "quant/compare/compare_methods.h"

namespace oscope::quant {

/// Whether `snapshot` has what every recipe needs.
bool hasObserversFor(const stats::Snapshot& snapshot, const std::vector<NamedRecipe>& recipes);

/// compareMethods(); where the snapshot lacks an observer, the model is first calibrated again on the snapshot's own
/// tokens, into a temporary file, and all recipes are planned on that. Recipes bound to the given snapshot stay usable.
CompareReport compareOnTokensOf(const CompareInput& input, const CompareOptions& options, compute::Backend& backend,
                                const JobContext& context);

}  // namespace oscope::quant
