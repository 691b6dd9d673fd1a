// A sample of whole rows (tokens x channels of one site): heat maps, and methods that search on real activations.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "analysis/base/dtype.h"
#include "analysis/calibration/observer.h"
#include "analysis/stats/row_sample.h"

namespace oscope::calibration {
namespace {

class RowsObserver final : public Observer {
 public:
  std::string id() const override { return "rows"; }
  std::string title() const override { return "Sample of whole tokens"; }
  ParamSchema params() const override {
    return {{stats::kCountParam,
             "Tokens",
             "How many tokens are kept whole: half are the first of the data, half are drawn by the seed.",
             "tokens",
             std::int64_t{64},
             1.0,
             65536.0,
             {}}};
  }
  void request(const model::SiteDesc&, const ObservedRun& run, const ParamSet& params,
               compute::ReductionSpec& spec) const override {
    std::vector<std::int64_t> tokens(static_cast<std::size_t>(run.tokens()));
    std::iota(tokens.begin(), tokens.end(), run.firstSample * run.length);
    const stats::RowSampleRule rule{params.integer(stats::kCountParam), run.length, run.seed};
    spec.sampleRows = rule.choose(std::move(tokens));
  }
  void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const override {
    record.detail.rowTokens = std::move(reductions.rowTokens);
    const auto channels = static_cast<std::size_t>(record.stats.channels);
    record.detail.rows.resize(reductions.rows.size());
    for (std::size_t i = 0; i < reductions.rows.size(); ++i) {
      record.detail.rows[i] = std::ldexp(fp16ToFloat(reductions.rows[i]), reductions.rowExponents[i / channels]);
    }
  }
  ObserverCost cost(const model::SiteDesc& site, const ObservedRun& run, const ParamSet& params) const override {
    const auto rows = static_cast<std::uint64_t>(std::min(params.integer(stats::kCountParam), run.tokens()));
    const std::uint64_t bytes = rows * static_cast<std::uint64_t>(site.channels) * sizeof(std::uint16_t);
    return {bytes, bytes};
  }
};

}  // namespace

std::unique_ptr<Observer> makeRowsObserver() {
  return std::make_unique<RowsObserver>();
}

}  // namespace oscope::calibration
