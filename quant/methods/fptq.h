// FPTQ (arXiv 2308.15987).
#pragma once

#include <memory>
#include <optional>

#include "quant/methods/method.h"
#include "quant/transform/channel_scale.h"

namespace oscope::quant {

std::unique_ptr<QuantMethod> makeFptq();

/// LAE as the recipe's fptq step sets it; empty without such a step.
std::optional<LaeOptions> laeOptionsOf(const Recipe& recipe);

/// The LAE scale that the recipe could fold into a site, whatever its thresholds say; empty where it can't.
std::vector<float> foldableLaeScale(const stats::SiteStats& site, const Recipe& recipe);

}  // namespace oscope::quant
