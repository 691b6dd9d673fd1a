// Snapshots made in code: what calibration would have found, without a model.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "analysis/model/model_graph.h"
#include "analysis/stats/snapshot.h"

namespace oscope::test {

class MadeSnapshot final : public stats::Snapshot {
 public:
  /// Sites must be in the order of depth. Details default to empty ones.
  explicit MadeSnapshot(std::vector<stats::SiteStats> sites, std::map<SiteId, stats::SiteDetail> details = {});
  stats::SiteDetail detail(SiteId id) const override;
  compute::GramPtr gram(SiteId) const override { return nullptr; }

  void setHash(std::string hash) { m_contentHash = std::move(hash); }
  stats::Provenance& editProvenance() { return m_provenance; }

 private:
  std::map<SiteId, stats::SiteDetail> m_details;
};

/// A site with these channel maxima (min and max symmetric), one reader "<site>.reader" [8, channels], and the fold
/// edge "norm" unless `foldEdge` says another or none.
stats::SiteStats madeSite(SiteId id, std::vector<float> absmax, std::string foldEdge = "norm");

/// The sites of a model with readers and fold facts, as calibration lists them; statistics are left empty.
std::vector<stats::SiteStats> sitesOfGraph(const model::ModelGraph& graph);

}  // namespace oscope::test
