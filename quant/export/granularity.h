// Words for activation granularities in files.
#pragma once

#include <optional>
#include <string_view>

#include "quant/policy/plan.h"

namespace oscope::quant {

/// "float", "tensor", "token", "sequence", "cluster".
std::string_view toString(ActivationPlan::Granularity granularity);
std::optional<ActivationPlan::Granularity> parseGranularity(std::string_view text);

}  // namespace oscope::quant
