// Which tokens are known to have made a channel's large values.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/stats/snapshot.h"

namespace oscope::stats {

struct TokenEvidence {
  float absolute = 0;      ///< |x| of the channel at this token
  std::int64_t token = 0;  ///< index over the calibration set
};

/// What a snapshot knows of one channel, descending, one entry per token: its maximum (exact, always first), those of
/// the site's largest values that lie in the channel (exact), and the sampled rows (fp16). Tokens between them may be
/// missing. `detail` may be empty: then without rows.
std::vector<TokenEvidence> tokenEvidence(const SiteStats& site, const SiteDetail& detail, std::int64_t channel,
                                         int most);

}  // namespace oscope::stats
