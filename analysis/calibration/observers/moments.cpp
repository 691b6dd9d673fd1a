// Per channel mean, mean|x| and rms, out of sums that don't depend on the order of the tokens.
#include <memory>

#include "analysis/calibration/observer.h"
#include "analysis/stats/record_merge.h"

namespace oscope::calibration {
namespace {

class MomentsObserver final : public Observer {
 public:
  std::string id() const override { return "moments"; }
  std::string title() const override { return "Mean, mean of |x| and rms of every channel"; }
  void request(const model::SiteDesc&, const ObservedRun&, const ParamSet&,
               compute::ReductionSpec& spec) const override {
    spec.moments = true;
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.detail.sum = std::move(reductions.sum);
    record.detail.sumAbs = std::move(reductions.sumAbs);
    record.detail.sumSq = std::move(reductions.sumSq);
    stats::deriveMeans(record);
  }
  ObserverCost cost(const model::SiteDesc& site, const ObservedRun&, const ParamSet&) const override {
    constexpr std::uint64_t kSums = 3 * sizeof(compute::ExactSum), kMeans = 3 * sizeof(float);
    const auto channels = static_cast<std::uint64_t>(site.channels);
    return {kSums * channels, (kSums + kMeans) * channels};
  }
};

}  // namespace

std::unique_ptr<Observer> makeMomentsObserver() {
  return std::make_unique<MomentsObserver>();
}

}  // namespace oscope::calibration
