// Clusters of channels with similar ranges, one asymmetric scale each (RPTQ), and the order that brings them together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "quant/policy/plan.h"

namespace oscope::quant {

/// (max, min) of one channel.
struct ChannelRange {
  double max = 0, min = 0;
};

struct Clustering {
  std::vector<std::int32_t> labels;   ///< [points], ascending with the centres' max - min
  std::vector<ChannelRange> centres;  ///< per label
  double inertia = 0;                 ///< sum of squared distances to the centres
};

/// k-means without chance: two starts (farthest points; sorted by width and cut evenly), the lower inertia wins, equal:
/// the first. Lloyd until nothing moves (at most 300 rounds); ties go to the lowest index; empty clusters are dropped.
Clustering clusterChannels(std::span<const ChannelRange> points, int clusters);

/// Channels by label, stable: the order in which a cluster's channels lie side by side. `within` > 0: inside runs of so
/// many channels (heads), which stay where they are.
std::vector<std::int32_t> channelOrder(std::span<const std::int32_t> labels, std::int64_t within = 0);

/// One scale and zero per label from the labels' own max and min (methods.md section 0, RPTQ):
/// s = float32((max - min) / 2^b) in [1e-4, 1e4], z = rne(-(max + min) / (2 s)).
ActivationClusters clusterScales(std::span<const ChannelRange> points, std::vector<std::int32_t> labels, int bits);

/// code = clamp(rne(x / s) + z, -2^(b-1), 2^(b-1) - 1) of one value.
std::int32_t clusterCode(float value, float scale, std::int32_t zero, int bits);

}  // namespace oscope::quant
