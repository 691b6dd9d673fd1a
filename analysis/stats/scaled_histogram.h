// The log2 histogram of a site whose channels are divided by scales, from the snapshot alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "analysis/stats/snapshot.h"

namespace oscope::stats {

/// Counts over the bins of reductions.h. Fractions: a channel's bin that falls across an edge is split, its values
/// taken as uniform inside the bin.
struct ScaledHistogram {
  std::array<double, compute::kHistogramBins> counts{};
  double total = 0;  ///< of all counts: tokens * channels
  double top = 0;    ///< largest |x_j / s_j|: where the last bin with values ends
};

/// Histogram of |x_j / s_j| over all channels, or over one. `scale` [channels], positive; empty: as observed. A
/// channel's values end at its absmax. Those below 2^-20 (zeros too) stay in bin 0. Needs SiteDetail::histogram.
ScaledHistogram scaledHistogram(const SiteStats& site, const SiteDetail& detail, std::span<const float> scale,
                                std::optional<std::int64_t> channel = {});

/// Upper end of a bin's values: its edge, or `top` where that lies inside.
double binEnd(const ScaledHistogram& histogram, int bin);
/// How many values lie below `limit`; all where limit >= top.
double countBelow(const ScaledHistogram& histogram, double limit);

}  // namespace oscope::stats
