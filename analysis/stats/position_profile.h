// max |x| of a site by token position over all samples: where the first token is a sink, it shows here.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/stats/snapshot.h"

namespace oscope::stats {

/// Per position of a sample, over all samples. Empty where the snapshot keeps no token maxima.
struct PositionProfile {
  std::vector<float> low, median, high;  ///< [length]; median: the upper one for an even count
  std::vector<std::int64_t> highToken;   ///< [length] token index that made `high` (the lowest of equals)
};

/// `length`: tokens of a sample; `firstToken`: index of the snapshot's first token.
PositionProfile positionProfile(const SiteStats& site, std::int64_t length, std::int64_t firstToken = 0);

}  // namespace oscope::stats
