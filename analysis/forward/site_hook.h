// Watching and replacing the activations that linears read.
#pragma once

#include "analysis/base/ids.h"
#include "analysis/compute/backend.h"

namespace oscope::forward {

/// Called by the runner at every SiteStep. May read `x` (observers) or change it in place (fake quantization).
class SiteHook {
 public:
  virtual ~SiteHook() = default;
  virtual void onSite(SiteId site, compute::Tensor& x, const compute::SequenceLayout& layout) = 0;
  /// Called with the output of each linear; the default watches nothing. `x` is what the linear read (after onSite).
  virtual void onLinear(SiteId site, int linear, const compute::Tensor& x, compute::Tensor& y,
                        const compute::SequenceLayout& layout) {
    (void)site, (void)linear, (void)x, (void)y, (void)layout;
  }
  /// False spares the call of onLinear.
  virtual bool wantsLinears() const { return false; }
};

}  // namespace oscope::forward
