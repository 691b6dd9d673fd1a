#include "quant/transform/channel_clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace oscope::quant {
namespace {

constexpr int kRounds = 300;

using Points = std::span<const ChannelRange>;

double squaredDistance(const ChannelRange& a, const ChannelRange& b) {
  return (a.max - b.max) * (a.max - b.max) + (a.min - b.min) * (a.min - b.min);
}

double width(const ChannelRange& range) {
  return range.max - range.min;
}

/// The point of largest norm, then repeatedly the point farthest from its nearest centre.
std::vector<ChannelRange> farthestStart(Points points, std::size_t clusters) {
  std::vector<ChannelRange> centres;
  std::vector<double> distance(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) distance[i] = squaredDistance(points[i], {});
  while (centres.size() < clusters) {
    const auto farthest = std::max_element(distance.begin(), distance.end());
    const ChannelRange centre = points[static_cast<std::size_t>(farthest - distance.begin())];
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double own = squaredDistance(points[i], centre);
      distance[i] = centres.empty() ? own : std::min(distance[i], own);
    }
    centres.push_back(centre);
  }
  return centres;
}

/// Means of equal slices of the points sorted by width.
std::vector<ChannelRange> slicedStart(Points points, std::size_t clusters) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return width(points[a]) < width(points[b]); });
  std::vector<ChannelRange> centres;
  for (std::size_t c = 0; c < clusters; ++c) {
    const std::size_t begin = c * points.size() / clusters, end = (c + 1) * points.size() / clusters;
    ChannelRange sum;
    for (std::size_t i = begin; i < end; ++i) {
      sum.max += points[order[i]].max;
      sum.min += points[order[i]].min;
    }
    const auto count = static_cast<double>(end - begin);
    centres.push_back({sum.max / count, sum.min / count});
  }
  return centres;
}

Clustering lloyd(Points points, std::vector<ChannelRange> centres) {
  Clustering result;
  result.labels.assign(points.size(), -1);
  for (int round = 0; round < kRounds; ++round) {
    bool moved = false;
    result.inertia = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      std::int32_t nearest = 0;
      double lowest = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < centres.size(); ++c) {
        const double distance = squaredDistance(points[i], centres[c]);
        if (distance < lowest) {
          lowest = distance;
          nearest = static_cast<std::int32_t>(c);
        }
      }
      moved = moved || nearest != result.labels[i];
      result.labels[i] = nearest;
      result.inertia += lowest;
    }
    if (!moved) break;
    std::vector<ChannelRange> sums(centres.size());
    std::vector<double> counts(centres.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto label = static_cast<std::size_t>(result.labels[i]);
      sums[label].max += points[i].max;
      sums[label].min += points[i].min;
      ++counts[label];
    }
    for (std::size_t c = 0; c < centres.size(); ++c) {
      if (counts[c] > 0) centres[c] = {sums[c].max / counts[c], sums[c].min / counts[c]};
    }
  }
  result.centres = std::move(centres);
  return result;
}

/// Labels renamed by width of their centres; labels without points vanish.
void sortLabels(Clustering& clustering) {
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < clustering.centres.size(); ++c) {
    const auto& labels = clustering.labels;
    if (std::find(labels.begin(), labels.end(), static_cast<std::int32_t>(c)) != labels.end()) order.push_back(c);
  }
  const std::vector<ChannelRange> centres = clustering.centres;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return width(centres[a]) < width(centres[b]); });
  std::vector<std::int32_t> renamed(centres.size());
  clustering.centres.clear();
  for (std::size_t c : order) {
    renamed[c] = static_cast<std::int32_t>(clustering.centres.size());
    clustering.centres.push_back(centres[c]);
  }
  for (std::int32_t& label : clustering.labels) label = renamed[static_cast<std::size_t>(label)];
}

}  // namespace

Clustering clusterChannels(std::span<const ChannelRange> points, int clusters) {
  const std::size_t count = std::min(static_cast<std::size_t>(clusters), points.size());
  Clustering best = lloyd(points, farthestStart(points, count));
  Clustering other = lloyd(points, slicedStart(points, count));
  if (other.inertia < best.inertia) best = std::move(other);
  sortLabels(best);
  return best;
}

std::vector<std::int32_t> channelOrder(std::span<const std::int32_t> labels, std::int64_t within) {
  std::vector<std::int32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  const std::ptrdiff_t count = std::ssize(order), width = within > 0 ? within : count;
  for (std::ptrdiff_t begin = 0; begin < count; begin += width) {
    std::stable_sort(order.begin() + begin, order.begin() + std::min(begin + width, count),
                     [&](std::int32_t a, std::int32_t b) {
                       return labels[static_cast<std::size_t>(a)] < labels[static_cast<std::size_t>(b)];
                     });
  }
  return order;
}

ActivationClusters clusterScales(std::span<const ChannelRange> points, std::vector<std::int32_t> labels, int bits) {
  ActivationClusters clusters;
  const auto count = static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end())) + 1;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<ChannelRange> ranges(count, ChannelRange{-kInfinity, kInfinity});
  for (std::size_t j = 0; j < labels.size(); ++j) {
    ChannelRange& range = ranges[static_cast<std::size_t>(labels[j])];
    range.max = std::max(range.max, points[j].max);
    range.min = std::min(range.min, points[j].min);
  }
  for (const ChannelRange& range : ranges) {
    const double exact = std::clamp(width(range) / std::exp2(bits), 1e-4, 1e4);
    clusters.scales.push_back(static_cast<float>(exact));
    const double zero = std::clamp(-(range.max + range.min) / (2 * exact), -1e4, 1e4);
    clusters.zeros.push_back(static_cast<std::int32_t>(std::nearbyint(zero)));
  }
  clusters.labels = std::move(labels);
  return clusters;
}

std::int32_t clusterCode(float value, float scale, std::int32_t zero, int bits) {
  const float top = static_cast<float>(largestCode(bits));
  return static_cast<std::int32_t>(
      std::clamp(std::nearbyint(value / scale) + static_cast<float>(zero), -top - 1.0f, top));
}

}  // namespace oscope::quant
