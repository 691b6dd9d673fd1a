// The FPTQ rule, and what each policy makes of a site's plan.
#pragma once

#include <string>

#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// FPTQ algorithm 1: v <= v0 static, v0 < v < v1 LAE + static, v >= v1 dynamic.
Policy thresholdPolicy(double range, double v0, double v1);
/// The comparison behind it in words: "v = 9.80 ≤ v0 = 15.0".
std::string thresholdReason(double range, double v0, double v1);

/// Why `recipe` can't divide this site's channels by a scale; empty where it can.
std::string whyNotFoldable(const stats::SiteStats& site, const Recipe& recipe);

/// Per-channel scale of a site, carried by its fold edge, with the range after it. Error where an earlier step already
/// scales the site.
void setScale(SitePlan& plan, const stats::SiteStats& site, std::vector<float> scale, const std::string& edge);

/// The activation part of a plan. `bits` 0: the rules' width. The static scale comes from the range after any fold.
void setStatic(SitePlan& plan, const NumericRules& rules, int bits = 0);
void setDynamic(SitePlan& plan, const NumericRules& rules, int bits = 0);
void setFloat(SitePlan& plan);

}  // namespace oscope::quant
