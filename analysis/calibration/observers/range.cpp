// Per channel absmax, min, max, and the token that made the absmax: what policies and LAE decide by.
#include <memory>

#include "analysis/calibration/observer.h"

namespace oscope::calibration {
namespace {

class RangeObserver final : public Observer {
 public:
  std::string id() const override { return "range"; }
  std::string title() const override { return "Range of every channel"; }
  void request(const model::SiteDesc&, const ObservedRun&, const ParamSet&,
               compute::ReductionSpec& spec) const override {
    spec.range = true;
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.stats.absmax = std::move(reductions.absmax);
    record.stats.min = std::move(reductions.min);
    record.stats.max = std::move(reductions.max);
    record.stats.absmaxToken = std::move(reductions.absmaxToken);
  }
  ObserverCost cost(const model::SiteDesc& site, const ObservedRun&, const ParamSet&) const override {
    constexpr std::uint64_t kBytes = 3 * sizeof(float) + sizeof(std::int64_t);
    return {kBytes * static_cast<std::uint64_t>(site.channels), kBytes * static_cast<std::uint64_t>(site.channels)};
  }
};

}  // namespace

std::unique_ptr<Observer> makeRangeObserver() {
  return std::make_unique<RangeObserver>();
}

}  // namespace oscope::calibration
