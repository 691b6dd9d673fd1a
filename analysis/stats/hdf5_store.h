// Snapshots on disk. The one user of HDF5 (C API, behind the RAII handles of hdf5_file.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/stats/snapshot.h"

namespace oscope::stats {

/// Key of the parameter of the observers "extremes" and "rows" in Provenance::observerParams: merging needs it.
inline constexpr const char* kCountParam = "count";

/// Opens `.oscope.h5`: small arrays now, details when asked. A damaged, foreign or newer file is an Error that says
/// which. `verifyContent` recomputes the content hash (reads everything).
SnapshotPtr openSnapshot(const std::filesystem::path& path, bool verifyContent = false);

/// One finished site as it leaves calibration.
struct SiteRecord {
  SiteStats stats;
  SiteDetail detail;
  compute::GramPtr gram;  ///< null where not observed; read from a file, it reads that file when it is asked
};

/// Everything of one block in one file: written when the block is done, renamed into place, so that a killed
/// calibration resumes after it.
void writeBlockFile(const std::filesystem::path& path, const std::vector<SiteRecord>& sites, const JobContext& context);
std::vector<SiteRecord> readBlockFile(const std::filesystem::path& path);

/// Assembles a snapshot from block records, delivered one block at a time (memory: one block). Written under a
/// temporary name; returns the content hash.
std::string writeSnapshot(const std::filesystem::path& path, const Provenance& provenance,
                          const std::vector<std::int32_t>& tokenIds,
                          const std::map<std::int32_t, std::string>& tokenTexts, int blocks,
                          const std::function<std::vector<SiteRecord>(int block)>& readBlock,
                          const JobContext& context);

/// Merges snapshots of disjoint sample shards of one data set (same model, length, seed, observers): the result equals
/// the snapshot of the union, content hash included.
std::string mergeSnapshots(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& path,
                           const JobContext& context);

}  // namespace oscope::stats
