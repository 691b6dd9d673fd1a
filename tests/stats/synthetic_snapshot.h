// Records and snapshots of a made-up model, whose statistics are computed here value by value.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/stats/hdf5_store.h"

namespace oscope::test {

/// A model of `blocks` blocks that reads samples [firstSample, firstSample + samples) of one endless data set.
struct SyntheticRun {
  int blocks = 2;
  std::int64_t channels = 24, ffn = 40;
  std::int64_t firstSample = 0, samples = 4, length = 6;
  std::int64_t extremes = 5, rows = 8;
  std::uint64_t seed = 3;
};

/// The activation of a site: a fixed function of place, with outliers.
float syntheticActivation(SiteId site, std::int64_t token, std::int64_t channel);
std::vector<stats::SiteRecord> syntheticBlock(const SyntheticRun& run, int block);
stats::Provenance syntheticProvenance(const SyntheticRun& run);
std::vector<std::int32_t> syntheticIds(const SyntheticRun& run);

/// Writes the snapshot of `run`; returns its content hash.
std::string writeSynthetic(const SyntheticRun& run, const std::filesystem::path& path);

}  // namespace oscope::test
