#include "analysis/stats/outlier.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace oscope::stats {

float medianAbsmax(const SiteStats& site) {
  if (site.absmax.empty()) return 0;
  std::vector<float> maxima = site.absmax;
  const auto middle = maxima.begin() + static_cast<std::ptrdiff_t>(maxima.size() / 2);
  std::nth_element(maxima.begin(), middle, maxima.end());
  return *middle;
}

std::vector<OutlierChannel> outlierChannels(const SiteStats& site, int most) {
  std::vector<std::int64_t> order(site.absmax.size());
  std::iota(order.begin(), order.end(), 0);
  const auto kept = std::min<std::size_t>(static_cast<std::size_t>(std::max(0, most)), order.size());
  const auto value = [&](std::int64_t channel) { return site.absmax[static_cast<std::size_t>(channel)]; };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::int64_t a, std::int64_t b) { return value(a) != value(b) ? value(a) > value(b) : a < b; });
  const double median = medianAbsmax(site);
  std::vector<OutlierChannel> outliers;
  for (std::size_t i = 0; i < kept; ++i) {
    const std::int64_t channel = order[i];
    const double factor = median > 0 ? value(channel) / median : std::numeric_limits<double>::infinity();
    outliers.push_back({channel, value(channel), factor, site.absmaxToken[static_cast<std::size_t>(channel)]});
  }
  return outliers;
}

}  // namespace oscope::stats
