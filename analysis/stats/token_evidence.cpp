#include "analysis/stats/token_evidence.h"

#include <algorithm>
#include <cmath>

namespace oscope::stats {

std::vector<TokenEvidence> tokenEvidence(const SiteStats& site, const SiteDetail& detail, std::int64_t channel,
                                         int most) {
  std::vector<TokenEvidence> found;
  const auto add = [&](float value, std::int64_t token) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const auto& item) { return item.token == token; });
    if (!known) found.push_back({std::fabs(value), token});
  };
  const auto j = static_cast<std::size_t>(channel);
  add(site.absmax.at(j), site.absmaxToken.at(j));
  for (const compute::Extreme& extreme : site.extremes) {
    if (extreme.channel == channel) add(extreme.value, extreme.token);
  }
  const auto channels = static_cast<std::size_t>(site.channels);
  for (std::size_t r = 0; r < detail.rowTokens.size() && (r + 1) * channels <= detail.rows.size(); ++r) {
    add(detail.rows[r * channels + j], detail.rowTokens[r]);
  }
  // fp16 rows may round up to above the exact maximum: that one stays in front.
  std::stable_sort(found.begin() + 1, found.end(), [](const auto& a, const auto& b) {
    return a.absolute != b.absolute ? a.absolute > b.absolute : a.token < b.token;
  });
  if (found.size() > static_cast<std::size_t>(most)) found.resize(static_cast<std::size_t>(most));
  return found;
}

}  // namespace oscope::stats
