// Per token max |x|: the scales that dynamic quantization would use.
#include <memory>

#include "analysis/calibration/observer.h"

namespace oscope::calibration {
namespace {

class TokenAbsmaxObserver final : public Observer {
 public:
  std::string id() const override { return "token_absmax"; }
  std::string title() const override { return "Largest value of every token"; }
  void request(const model::SiteDesc&, const ObservedRun&, const ParamSet&,
               compute::ReductionSpec& spec) const override {
    spec.tokenAbsmax = true;
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.stats.tokenAbsmax.clear();
    for (const auto& entry : reductions.tokenAbsmax) record.stats.tokenAbsmax.push_back(entry.second);
  }
  ObserverCost cost(const model::SiteDesc&, const ObservedRun& run, const ParamSet&) const override {
    const auto tokens = static_cast<std::uint64_t>(run.tokens());
    return {tokens * sizeof(std::pair<std::int64_t, float>), tokens * sizeof(float)};
  }
};

}  // namespace

std::unique_ptr<Observer> makeTokenAbsmaxObserver() {
  return std::make_unique<TokenAbsmaxObserver>();
}

}  // namespace oscope::calibration
