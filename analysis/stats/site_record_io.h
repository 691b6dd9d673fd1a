// One site's record in an HDF5 group, and its content hash.
#pragma once

#include <string>

#include "analysis/stats/hdf5_file.h"
#include "analysis/stats/hdf5_store.h"

namespace oscope::stats {

/// Writes `record` below `group` ("blocks/3/ffn_mid").
void writeSite(Hdf5File& file, const std::string& group, const SiteRecord& record, const JobContext& context);

/// The facts and the small arrays.
SiteStats readSiteStats(const Hdf5File& file, const std::string& group);
/// The large arrays of a site whose `stats` were read before.
SiteDetail readSiteDetail(const Hdf5File& file, const std::string& group, const SiteStats& stats);
/// The Gram matrix, which reads the file when it is asked; null where there is none.
compute::GramPtr openGram(std::shared_ptr<const Hdf5File> file, const std::string& group, const SiteStats& stats);

/// SHA-256 over every fact and array of the record but the Gram matrix: shards add its float64 sums in another order,
/// which may change last bits, and the file guards it by a checksum.
std::string hashSite(const SiteRecord& record);

}  // namespace oscope::stats
