#include "tests/support/made_snapshot.h"

namespace oscope::test {

MadeSnapshot::MadeSnapshot(std::vector<stats::SiteStats> sites, std::map<SiteId, stats::SiteDetail> details)
    : m_details(std::move(details)) {
  m_sites = std::move(sites);
  m_contentHash = "made";
  m_provenance.modelName = "made model";
  m_provenance.modelFingerprint = "made fingerprint";
  m_provenance.samples = 1;
  m_provenance.length = 4;
}

stats::SiteDetail MadeSnapshot::detail(SiteId id) const {
  const auto found = m_details.find(id);
  return found == m_details.end() ? stats::SiteDetail{} : found->second;
}

stats::SiteStats madeSite(SiteId id, std::vector<float> absmax, std::string foldEdge) {
  stats::SiteStats site;
  site.id = id;
  site.channels = static_cast<std::int64_t>(absmax.size());
  site.tokens = 4;
  site.max = absmax;
  for (float m : absmax) site.min.push_back(-m);
  site.absmax = std::move(absmax);
  stats::ReaderStats reader;
  reader.module = toString(id) + ".reader";
  reader.role = "reader";
  reader.out = 8;
  site.readers.push_back(std::move(reader));
  site.foldEdge = std::move(foldEdge);
  if (site.foldEdge.empty()) site.whyNoFold = "GeLU stands before this linear";
  return site;
}

std::vector<stats::SiteStats> sitesOfGraph(const model::ModelGraph& graph) {
  std::vector<stats::SiteStats> sites;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::SiteDesc& desc : block.sites) {
      stats::SiteStats site;
      site.id = desc.id;
      site.channels = desc.channels;
      site.whyNoFold = desc.whyNoFold;
      if (desc.fold) {
        site.foldEdge = desc.fold->name;
        site.foldRows = desc.fold->rowOfChannel;
      }
      for (int index : desc.readers) {
        const model::LinearDesc& linear = block.linears[static_cast<std::size_t>(index)];
        stats::ReaderStats reader;
        reader.module = linear.module;
        reader.role = linear.role;
        reader.out = linear.out;
        site.readers.push_back(std::move(reader));
      }
      sites.push_back(std::move(site));
    }
  }
  return sites;
}

}  // namespace oscope::test
