#include "analysis/stats/snapshot.h"

#include <algorithm>

#include "analysis/base/error.h"

namespace oscope::stats {

float SiteStats::range() const {
  return absmax.empty() ? 0.0f : *std::max_element(absmax.begin(), absmax.end());
}

const SiteStats& Snapshot::site(SiteId id) const {
  for (const SiteStats& site : m_sites) {
    if (site.id == id) return site;
  }
  throw Error(ErrorCode::Mismatch, toString(id), "the snapshot has no such site",
              "take the snapshot of this model, or calibrate it");
}

bool Snapshot::contains(SiteId id) const {
  return std::any_of(m_sites.begin(), m_sites.end(), [id](const SiteStats& site) { return site.id == id; });
}

std::int64_t Snapshot::blocks() const {
  std::int64_t blocks = 0;
  for (const SiteStats& site : m_sites) blocks = std::max<std::int64_t>(blocks, site.id.block + 1);
  return blocks;
}

Snapshot::TokenPlace Snapshot::place(std::int64_t token) const {
  const std::int64_t local = token - m_provenance.firstSample * m_provenance.length;
  if (local < 0 || local >= static_cast<std::int64_t>(m_tokenIds.size())) {
    throw Error(ErrorCode::InvalidArgument, "token " + std::to_string(token), "the snapshot has no such token");
  }
  TokenPlace place;
  place.sample = token / m_provenance.length;
  place.position = token % m_provenance.length;
  place.id = m_tokenIds[static_cast<std::size_t>(local)];
  const auto text = m_tokenTexts.find(place.id);
  if (text != m_tokenTexts.end()) place.text = text->second;
  return place;
}

}  // namespace oscope::stats
