// What compressed-tensors can carry of a plan, and what its readers really execute.
#pragma once

#include <vector>

#include "quant/export/ct_config.h"
#include "quant/export/export_format.h"

namespace oscope::quant {

/// Errors for what the format can't say, warnings for what a client does differently.
Diagnostics checkCt(const model::ModelGraph& graph, const Plan& plan);

/// formats.md section 3, for the kinds of layers that this plan has.
std::vector<RuntimeTruth> ctRuntimes(const model::ModelGraph& graph, const Plan& plan, CtContainer preferred);

}  // namespace oscope::quant
