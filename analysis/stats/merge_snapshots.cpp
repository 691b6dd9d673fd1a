// mergeSnapshots: shards of one data set to the snapshot of their union.
#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/base/hash.h"
#include "analysis/stats/hdf5_store.h"
#include "analysis/stats/provenance_io.h"
#include "analysis/stats/record_merge.h"

namespace oscope::stats {
namespace {

/// Provenance without what differs between shards of one data set.
Json commonPart(const Provenance& provenance) {
  Json json = provenanceToJson(provenance);
  for (const char* key : {"data_hash", "samples", "first_sample", "bos_at_start"}) json.erase(key);
  return json;
}

/// Opened shards, ordered; throws unless each begins where the one before it ends.
std::vector<SnapshotPtr> openShards(const std::vector<std::filesystem::path>& paths) {
  if (paths.empty()) throw Error(ErrorCode::InvalidArgument, "merge", "no shards are given");
  std::vector<std::pair<SnapshotPtr, std::string>> opened;
  opened.reserve(paths.size());
  for (const auto& path : paths) opened.emplace_back(openSnapshot(path), path.string());
  std::sort(opened.begin(), opened.end(), [](const auto& a, const auto& b) {
    return a.first->provenance().firstSample < b.first->provenance().firstSample;
  });
  std::vector<SnapshotPtr> shards{opened.front().first};
  for (std::size_t i = 1; i < opened.size(); ++i) {
    const Provenance &before = shards.back()->provenance(), &next = opened[i].first->provenance();
    const std::string& where = opened[i].second;
    if (commonPart(next) != commonPart(shards.front()->provenance())) {
      throw Error(ErrorCode::Mismatch, where,
                  "is of another model, data set or set of observers than " + opened[0].second,
                  "merge shards that differ in their samples only");
    }
    if (next.firstSample != before.firstSample + before.samples) {
      throw Error(ErrorCode::Mismatch, where,
                  "begins with sample " + std::to_string(next.firstSample) + " where sample " +
                      std::to_string(before.firstSample + before.samples) + " is next",
                  "give shards without gaps and overlaps");
    }
    shards.push_back(opened[i].first);
  }
  return shards;
}

/// How many items an observer keeps; 0 where it did not run.
std::int64_t countOf(const Provenance& provenance, const char* observer) {
  const auto params = provenance.observerParams.find(observer);
  if (params == provenance.observerParams.end()) return 0;
  return optionalKey<std::int64_t>(*params, kCountParam, 0, "observer_params");
}

}  // namespace

std::string mergeSnapshots(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& path,
                           const JobContext& context) {
  const std::vector<SnapshotPtr> shards = openShards(paths);
  Provenance provenance = shards.front()->provenance();
  std::vector<std::int32_t> ids = shards.front()->tokenIds();
  auto texts = shards.front()->tokenTexts();
  for (std::size_t i = 1; i < shards.size(); ++i) {
    provenance.samples += shards[i]->provenance().samples;
    ids.insert(ids.end(), shards[i]->tokenIds().begin(), shards[i]->tokenIds().end());
    texts.insert(shards[i]->tokenTexts().begin(), shards[i]->tokenTexts().end());
  }
  Sha256 idHash;
  idHash.updateValues(std::span<const std::int32_t>(ids));
  provenance.dataHash = idHash.finish();
  const std::int64_t extremes = countOf(provenance, "extremes");
  const RowSampleRule rows{countOf(provenance, "rows"), provenance.length, provenance.seed};

  const auto readBlock = [&](int block) {
    std::vector<SiteRecord> records;
    for (const SiteStats& site : shards.front()->sites()) {
      if (site.id.block != block) continue;
      SiteRecord record{site, shards.front()->detail(site.id), shards.front()->gram(site.id)};
      for (std::size_t i = 1; i < shards.size(); ++i) {
        mergeRecord(record, {shards[i]->site(site.id), shards[i]->detail(site.id), shards[i]->gram(site.id)}, extremes,
                    rows);
      }
      records.push_back(std::move(record));
    }
    return records;
  };
  return writeSnapshot(path, provenance, ids, texts, static_cast<int>(shards.front()->blocks()), readBlock, context);
}

}  // namespace oscope::stats
