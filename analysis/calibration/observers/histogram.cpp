// Per channel log2 histogram of |x|: what predictions of clipping and of per-token scales are made from.
#include <memory>

#include "analysis/calibration/observer.h"

namespace oscope::calibration {
namespace {

class HistogramObserver final : public Observer {
 public:
  std::string id() const override { return "histogram"; }
  std::string title() const override { return "Log2 histogram of every channel"; }
  void request(const model::SiteDesc&, const ObservedRun&, const ParamSet&,
               compute::ReductionSpec& spec) const override {
    spec.histogram = true;
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.detail.histogram = std::move(reductions.histogram);
  }
  ObserverCost cost(const model::SiteDesc& site, const ObservedRun&, const ParamSet&) const override {
    const auto bytes = static_cast<std::uint64_t>(site.channels) * compute::kHistogramBins * sizeof(std::uint32_t);
    return {bytes, bytes};
  }
};

}  // namespace

std::unique_ptr<Observer> makeHistogramObserver() {
  return std::make_unique<HistogramObserver>();
}

}  // namespace oscope::calibration
