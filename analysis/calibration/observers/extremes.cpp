// The largest values of a site with their channel, sample, position and token id.
#include <memory>

#include "analysis/calibration/observer.h"

namespace oscope::calibration {
namespace {

class ExtremesObserver final : public Observer {
 public:
  std::string id() const override { return "extremes"; }
  std::string title() const override { return "Largest values and the tokens that made them"; }
  ParamSchema params() const override {
    return {{stats::kCountParam,
             "Values",
             "How many of the largest values of each site are kept.",
             "values",
             std::int64_t{64},
             1.0,
             65536.0,
             {}}};
  }
  void request(const model::SiteDesc&, const ObservedRun&, const ParamSet& params,
               compute::ReductionSpec& spec) const override {
    spec.extremes = static_cast<int>(params.integer(stats::kCountParam));
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.stats.extremes = std::move(reductions.extremes);
  }
  ObserverCost cost(const model::SiteDesc&, const ObservedRun&, const ParamSet& params) const override {
    const auto bytes = static_cast<std::uint64_t>(params.integer(stats::kCountParam)) * sizeof(compute::Extreme);
    return {3 * bytes, bytes};
  }
};

}  // namespace

std::unique_ptr<Observer> makeExtremesObserver() {
  return std::make_unique<ExtremesObserver>();
}

}  // namespace oscope::calibration
