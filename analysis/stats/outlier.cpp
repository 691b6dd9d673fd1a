#include "analysis/stats/outlier.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace oscope::stats {

float medianOf(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

float medianAbsmax(const SiteStats& site) {
  return medianOf(site.absmax);
}

ChannelSpread channelSpread(const SiteStats& site) {
  if (site.absmax.empty()) return {};
  return {*std::min_element(site.absmax.begin(), site.absmax.end()), medianAbsmax(site)};
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
