#include "quant/policy/fold_preview.h"

#include <algorithm>
#include <cmath>

#include "quant/methods/fptq.h"
#include "quant/policy/policy_rules.h"

namespace oscope::quant {

FoldPreview foldPreview(const stats::SiteStats& site, const SitePlan& plan, const Recipe& recipe) {
  FoldPreview preview;
  preview.planned = !plan.scale.empty();
  preview.name = preview.planned && plan.policy != Policy::LaeStatic ? recipe.name : "LAE";
  preview.scale = preview.planned ? plan.scale : laeScale(site, laeOptionsOf(recipe).value_or(LaeOptions{}));
  if (!preview.planned) preview.obstacle = whyNotFoldable(site, recipe);
  return preview;
}

std::vector<float> foldedAbsmax(const stats::SiteStats& site, const std::vector<float>& scale) {
  std::vector<float> folded = site.absmax;
  for (std::size_t j = 0; j < scale.size(); ++j) folded[j] /= scale[j];
  return folded;
}

double effectiveBits(double absmax, double range, int bits) {
  if (!(absmax > 0) || !(range > 0)) return 0;
  return std::max(0.0, bits + std::log2(absmax / range));
}

}  // namespace oscope::quant
