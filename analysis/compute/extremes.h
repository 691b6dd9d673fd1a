// The order of extremes and of sampled rows, shared by accumulators and by merging.
#pragma once

#include <cmath>
#include <vector>

#include "analysis/compute/reductions.h"

namespace oscope::compute {

/// By |value| descending, then token, then channel: a total order over the values of one site.
inline bool isLarger(const Extreme& a, const Extreme& b) {
  const float sizeA = std::fabs(a.value), sizeB = std::fabs(b.value);
  if (sizeA != sizeB) return sizeA > sizeB;
  if (a.token != b.token) return a.token < b.token;
  return a.channel < b.channel;
}

/// Sorts by isLarger and keeps the first `kept`.
void keepLargest(std::vector<Extreme>& extremes, int kept);

/// Brings the sampled rows into the order of their tokens.
void sortRows(SiteReductions& reductions);

}  // namespace oscope::compute
