// Plans by what their activations ask of a device.
#pragma once

#include <vector>

#include "quant/policy/plan.h"

namespace oscope::test {

/// Scales of tensors and tokens; clusters; both with scales that are divided out at run time where no norm carries
/// them.
inline std::vector<quant::Plan> activationPlans(const stats::Snapshot& snapshot) {
  quant::Recipe clusters = quant::loadRecipe("rptq-w4a8");
  clusters.steps = {clusters.steps.front(), quant::defaultRecipe().steps.back()};  // rtn: no Gram matrices are needed
  std::vector<quant::Plan> plans{makePlan(snapshot, quant::defaultRecipe()), makePlan(snapshot, clusters),
                                 makePlan(snapshot, clusters),
                                 makePlan(snapshot, quant::loadRecipe("rtn-w4a8-dynamic"))};
  for (const std::size_t late : {std::size_t{2}, std::size_t{3}}) {
    for (quant::SitePlan& site : plans[late].sites) {
      if (site.id.kind != SiteKind::AttnOut && site.id.kind != SiteKind::FfnMid) continue;
      site.foldEdge = quant::kRuntimeEdge;
      for (const float absmax : snapshot.site(site.id).absmax) site.scale.push_back(0.5f + absmax);
    }
  }
  return plans;
}

}  // namespace oscope::test
