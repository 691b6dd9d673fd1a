#include "analysis/stats/scaled_histogram.h"

#include <algorithm>

namespace oscope::stats {
namespace {

using compute::kHistogramBins;

/// Edges of all bins; the last one is infinity.
std::array<double, kHistogramBins + 1> binEdges() {
  std::array<double, kHistogramBins + 1> edges{};
  for (int bin = 0; bin <= kHistogramBins; ++bin) edges[static_cast<std::size_t>(bin)] = compute::histogramEdge(bin);
  return edges;
}

}  // namespace

ScaledHistogram scaledHistogram(const SiteStats& site, const SiteDetail& detail, std::span<const float> scale,
                                std::optional<std::int64_t> channel) {
  const std::array<double, kHistogramBins + 1> edges = binEdges();
  ScaledHistogram result;
  const auto first = static_cast<std::size_t>(channel.value_or(0));
  const std::size_t last = channel ? first + 1 : static_cast<std::size_t>(site.channels);
  for (std::size_t j = first; j < last; ++j) {
    const double s = scale.empty() ? 1.0 : scale[j];
    const double absmax = site.absmax[j];
    result.top = std::max(result.top, absmax / s);
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
      const double count = detail.histogram[j * kHistogramBins + bin];
      if (count == 0) continue;
      result.total += count;
      if (bin == 0) {
        result.counts[0] += count;
        continue;
      }
      const double low = edges[bin] / s, high = std::min(edges[bin + 1], absmax) / s;
      auto target = static_cast<std::size_t>(compute::histogramBin(static_cast<float>(low)));
      if (!(high > low)) {
        result.counts[target] += count;
        continue;
      }
      if (target > 0 && edges[target] > low) --target;  // float rounding of `low` may have crossed an edge
      for (; target < kHistogramBins && edges[target] < high; ++target) {
        const double overlap = std::min(high, edges[target + 1]) - std::max(low, edges[target]);
        if (overlap > 0) result.counts[target] += count * overlap / (high - low);
      }
    }
  }
  return result;
}

double binEnd(const ScaledHistogram& histogram, int bin) {
  return std::max(compute::histogramEdge(bin), std::min(compute::histogramEdge(bin + 1), histogram.top));
}

double countBelow(const ScaledHistogram& histogram, double limit) {
  if (limit >= histogram.top) return histogram.total;
  double sum = 0;
  for (int bin = 0; bin < kHistogramBins; ++bin) {
    const double low = compute::histogramEdge(bin), high = binEnd(histogram, bin);
    const double count = histogram.counts[static_cast<std::size_t>(bin)];
    if (high <= limit) {
      sum += count;
    } else if (limit > low) {
      sum += count * (limit - low) / (high - low);
    }
  }
  return sum;
}

}  // namespace oscope::stats
