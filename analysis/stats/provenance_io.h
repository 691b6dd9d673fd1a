// Provenance as two JSON texts: what enters the content hash, and what doesn't.
#pragma once

#include <string>

#include "analysis/stats/snapshot.h"

namespace oscope::stats {

Json provenanceToJson(const Provenance& provenance);
/// Device, build and time.
Json environmentToJson(const Provenance& provenance);
/// "seed, samples": keys of object `a` that `b` lacks or holds another value of.
std::string differingKeys(const Json& a, const Json& b);
Provenance provenanceFromJson(const Json& provenance, const Json& environment, const std::string& where);

/// The content hash of a snapshot: its provenance text, its tokens with their texts, and the hash of every site.
std::string contentHash(const std::string& provenanceText, const std::vector<std::int32_t>& tokenIds,
                        const std::map<std::int32_t, std::string>& tokenTexts,
                        const std::vector<std::pair<std::string, std::string>>& siteHashes);

}  // namespace oscope::stats
