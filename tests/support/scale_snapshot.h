// A snapshot of a large made-up model, as calibration would have left it: statistics that agree with each other, with
// outlier channels, first-token sinks, dead channels, rows, histograms and token evidence. Nothing is forwarded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "analysis/base/ids.h"

namespace oscope::test {

/// The default is the shape of a 70B model: 80 blocks x 4 sites, up to 28,672 channels.
struct ScaleShape {
  int blocks = 80;
  std::int64_t hidden = 8192, ffn = 28'672, heads = 64, kvHeads = 8;
  std::int64_t samples = 128, length = 512;
  std::int64_t rows = 64, extremes = 64, weightRows = 32;
  std::uint64_t seed = 70;
};

/// Range v that a site of the model has. Blocks 1, 2 and the last three have first tokens that reach beyond 150 at
/// ffn_mid.
double scaleRange(const ScaleShape& shape, SiteId site);
/// The channel of a site that makes its range.
std::int64_t scaleTopChannel(const ScaleShape& shape, SiteId site);

/// Writes the snapshot, one block in memory; returns its content hash.
std::string writeScaleSnapshot(const ScaleShape& shape, const std::filesystem::path& path);

}  // namespace oscope::test
