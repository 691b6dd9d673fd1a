// What views show beside a site as it is: its channels after the fold that the plan makes, or that LAE would make.
#pragma once

#include <string>
#include <vector>

#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

struct FoldPreview {
  std::vector<float> scale;  ///< s [channels]
  std::string name;          ///< "LAE", or the recipe's name where another step made the scale
  bool planned = false;      ///< the plan folds it; otherwise: what LAE would do here
  std::string obstacle;      ///< why it can't be folded at this site; empty: it can
};
FoldPreview foldPreview(const stats::SiteStats& site, const SitePlan& plan, const Recipe& recipe);

/// absmax_j / s_j of every channel; `scale` empty: absmax itself.
std::vector<float> foldedAbsmax(const stats::SiteStats& site, const std::vector<float>& scale);

/// Effective bits of a channel under a per-tensor scale: bits + log2(absmax / range), 0 where its values all round to
/// the lowest code or the channel is dead (methods.md section 22).
double effectiveBits(double absmax, double range, int bits);

}  // namespace oscope::quant
