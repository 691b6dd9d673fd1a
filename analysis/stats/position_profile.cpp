#include "analysis/stats/position_profile.h"

#include <algorithm>

namespace oscope::stats {

PositionProfile positionProfile(const SiteStats& site, std::int64_t length, std::int64_t firstToken) {
  PositionProfile profile;
  const auto tokens = static_cast<std::int64_t>(site.tokenAbsmax.size());
  if (length <= 0) return profile;
  std::vector<float> column;
  for (std::int64_t position = 0; position < std::min(length, tokens); ++position) {
    column.clear();
    std::int64_t highest = position;
    for (std::int64_t token = position; token < tokens; token += length) {
      column.push_back(site.tokenAbsmax[static_cast<std::size_t>(token)]);
      if (column.back() > site.tokenAbsmax[static_cast<std::size_t>(highest)]) highest = token;
    }
    const auto middle = column.begin() + static_cast<std::ptrdiff_t>(column.size() / 2);
    std::nth_element(column.begin(), middle, column.end());
    profile.median.push_back(*middle);
    profile.low.push_back(*std::min_element(column.begin(), column.end()));
    profile.high.push_back(site.tokenAbsmax[static_cast<std::size_t>(highest)]);
    profile.highToken.push_back(firstToken + highest);
  }
  return profile;
}

}  // namespace oscope::stats
