#include "quant/policy/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"

namespace oscope::quant {

const SitePlan& Plan::site(SiteId id) const {
  for (const SitePlan& site : sites) {
    if (site.id == id) return site;
  }
  throw Error(ErrorCode::Mismatch, toString(id), "the plan has no such site", "plan again from this model's snapshot");
}

int Plan::count(Policy policy) const {
  return static_cast<int>(std::count_if(sites.begin(), sites.end(), [&](const auto& s) { return s.policy == policy; }));
}

void requireSameModel(const std::string& snapshotFingerprint, const std::string& modelFingerprint,
                      const std::string& where) {
  if (snapshotFingerprint == modelFingerprint) return;
  throw Error(ErrorCode::Mismatch, where,
              fmt::format("made for another model: its weights have fingerprint {:.12}, the opened model has {:.12}",
                          snapshotFingerprint, modelFingerprint),
              "open the checkpoint that was calibrated, or calibrate this one");
}

}  // namespace oscope::quant
