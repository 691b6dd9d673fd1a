// X^T X of a site: the Hessian of second-order weight methods. Costly, so it runs only when a method asks for it.
#include <memory>

#include "analysis/calibration/observer.h"

namespace oscope::calibration {
namespace {

class GramObserver final : public Observer {
 public:
  std::string id() const override { return "gram"; }
  std::string title() const override { return "Gram matrix (Hessian of second-order methods)"; }
  bool isDefault() const override { return false; }
  void request(const model::SiteDesc&, const ObservedRun&, const ParamSet&,
               compute::ReductionSpec& spec) const override {
    spec.gram = true;
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.gram = std::move(reductions.gram);
  }
  ObserverCost cost(const model::SiteDesc& site, const ObservedRun&, const ParamSet&) const override {
    const auto channels = static_cast<std::uint64_t>(site.channels);
    const std::uint64_t bytes = channels * channels * sizeof(double);
    return {0, bytes, bytes};
  }
};

}  // namespace

std::unique_ptr<Observer> makeGramObserver() {
  return std::make_unique<GramObserver>();
}

}  // namespace oscope::calibration
