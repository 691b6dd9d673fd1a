// Which channels of a site stand out.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/stats/snapshot.h"

namespace oscope::stats {

struct OutlierChannel {
  std::int64_t channel = 0;
  float absmax = 0;
  double overMedian = 0;   ///< absmax over the median of all channels' absmax; infinite where that is 0
  std::int64_t token = 0;  ///< the token that made absmax
};

/// The upper median for an even count; 0 where there are no values.
float medianOf(std::vector<float> values);
/// Median over channels of absmax (the upper one for an even count).
float medianAbsmax(const SiteStats& site);

/// Smallest and median absmax over the channels of a site.
struct ChannelSpread {
  float low = 0, median = 0;
};
ChannelSpread channelSpread(const SiteStats& site);

/// The `most` channels of largest absmax, descending, ties by channel.
std::vector<OutlierChannel> outlierChannels(const SiteStats& site, int most);

}  // namespace oscope::stats
