// Watches the sites of one block while all samples pass through it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "analysis/calibration/observer.h"
#include "analysis/compute/backend.h"
#include "analysis/forward/site_hook.h"

namespace oscope::calibration {

/// An observer with its parameters.
struct ActiveObserver {
  const Observer* observer = nullptr;
  ParamSet params;
};

/// Feeds the accumulators of a block's sites and the output energies of its linears. Samples arrive in ascending order;
/// a batch that is run again in smaller pieces (out of memory) is counted once. Gram matrices lie in `scratchFolder`
/// unless it is empty.
class SiteWatcher final : public forward::SiteHook {
 public:
  SiteWatcher(const model::BlockGraph& block, const std::vector<ActiveObserver>& observers, const ObservedRun& run,
              compute::Backend& backend, const std::filesystem::path& scratchFolder);

  void onSite(SiteId site, compute::Tensor& x, const compute::SequenceLayout& layout) override;
  void onLinear(SiteId site, int linear, const compute::Tensor& x, compute::Tensor& y,
                const compute::SequenceLayout& layout) override;
  bool wantsLinears() const override { return true; }

  /// Reads the accumulators: records with everything but the facts from the weights. A NaN or infinity in an activation
  /// is a NonFinite error that names block, site, channel and token.
  std::vector<stats::SiteRecord> finish();

 private:
  struct Site {
    std::unique_ptr<compute::SiteAccumulator> accumulator;
    std::int64_t seen = 0;  ///< samples below this one are counted
  };
  struct Energy {
    compute::ExactSum sum;
    std::int64_t seen = 0;
  };

  const model::BlockGraph& m_block;
  const std::vector<ActiveObserver>& m_observers;
  ObservedRun m_run;
  compute::Backend& m_backend;
  std::map<SiteKind, Site> m_sites;
  std::vector<Energy> m_energies;  ///< by BlockGraph::linears
};

}  // namespace oscope::calibration
