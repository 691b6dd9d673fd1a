// What calibration can watch. An observer is one file in observers/ and one line in observer_registry.cpp.
#pragma once

#include <string>
#include <vector>

#include "analysis/base/param_schema.h"
#include "analysis/compute/reductions.h"
#include "analysis/model/model_graph.h"
#include "analysis/stats/hdf5_store.h"

namespace oscope::calibration {

/// Size of the run that an observer plans for.
struct ObservedRun {
  std::int64_t samples = 0, length = 0;
  std::int64_t firstSample = 0;  ///< of a shard: token indices count from sample 0 of the whole data set
  std::uint64_t seed = 0;

  std::int64_t tokens() const { return samples * length; }
};

/// Bytes that an observer costs at one site.
struct ObserverCost {
  std::uint64_t device = 0;    ///< accumulators, while the block runs
  std::uint64_t snapshot = 0;  ///< in the file, before compression
  /// Of a Gram matrix, on a device; the CPU takes CpuBackend::gramBytes(), in memory or in a scratch file.
  std::uint64_t gram = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual std::string id() const = 0;
  virtual std::string title() const = 0;
  virtual ParamSchema params() const { return {}; }
  /// Whether it runs when nothing else is asked for.
  virtual bool isDefault() const { return true; }
  /// Adds the reductions that this observer needs at `site`.
  virtual void request(const model::SiteDesc& site, const ObservedRun& run, const ParamSet& params,
                       compute::ReductionSpec& spec) const = 0;
  /// Moves its share of the reductions into the record, whose facts (site, channels, tokens) are filled in.
  virtual void store(compute::SiteReductions& reductions, stats::SiteRecord& record) const = 0;
  virtual ObserverCost cost(const model::SiteDesc& site, const ObservedRun& run, const ParamSet& params) const = 0;
};

}  // namespace oscope::calibration
