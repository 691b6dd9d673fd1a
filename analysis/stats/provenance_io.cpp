#include "analysis/stats/provenance_io.h"

#include "analysis/base/error.h"
#include "analysis/base/hash.h"

namespace oscope::stats {

Json provenanceToJson(const Provenance& p) {
  return {{"model_name", p.modelName},
          {"model_fingerprint", p.modelFingerprint},
          {"architecture", p.architecture},
          {"data_source", p.dataSource},
          {"data_hash", p.dataHash},
          {"data_file", p.dataFile},
          {"seed", p.seed},
          {"samples", p.samples},
          {"length", p.length},
          {"first_sample", p.firstSample},
          {"bos_at_start", p.bosAtStart},
          {"observers", p.observers},
          {"observer_params", p.observerParams},
          {"config", p.config}};
}

Json environmentToJson(const Provenance& p) {
  return {{"device", p.device}, {"build", p.build}, {"created_utc", p.createdUtc}};
}

std::string differingKeys(const Json& a, const Json& b) {
  std::string keys;
  for (const auto& item : a.items()) {
    if (!b.contains(item.key()) || b.at(item.key()) != item.value()) keys += (keys.empty() ? "" : ", ") + item.key();
  }
  return keys;
}

Provenance provenanceFromJson(const Json& hashed, const Json& environment, const std::string& where) {
  Provenance p;
  p.modelName = requireKey<std::string>(hashed, "model_name", where);
  p.modelFingerprint = requireKey<std::string>(hashed, "model_fingerprint", where);
  p.architecture = requireKey<std::string>(hashed, "architecture", where);
  p.dataSource = requireKey<std::string>(hashed, "data_source", where);
  p.dataHash = requireKey<std::string>(hashed, "data_hash", where);
  p.dataFile = requireKey<std::string>(hashed, "data_file", where);
  p.seed = static_cast<std::uint64_t>(requireKey<std::int64_t>(hashed, "seed", where));
  p.samples = requireKey<std::int64_t>(hashed, "samples", where);
  p.length = requireKey<std::int64_t>(hashed, "length", where);
  p.firstSample = requireKey<std::int64_t>(hashed, "first_sample", where);
  p.bosAtStart = requireKey<bool>(hashed, "bos_at_start", where);
  for (const Json& observer : requireKey<Json>(hashed, "observers", where)) {
    if (!observer.is_string()) throw Error(ErrorCode::Malformed, where, "\"observers\" is not a list of names");
    p.observers.push_back(observer.get<std::string>());
  }
  p.observerParams = requireKey<Json>(hashed, "observer_params", where);
  p.config = requireKey<Json>(hashed, "config", where);
  p.device = requireKey<std::string>(environment, "device", where);
  p.build = requireKey<std::string>(environment, "build", where);
  p.createdUtc = requireKey<std::string>(environment, "created_utc", where);
  if (p.samples < 0 || p.length < 1 || p.firstSample < 0) {
    throw Error(ErrorCode::Malformed, where, "counts of samples or tokens are out of range");
  }
  return p;
}

std::string contentHash(const std::string& provenanceText, const std::vector<std::int32_t>& tokenIds,
                        const std::map<std::int32_t, std::string>& tokenTexts,
                        const std::vector<std::pair<std::string, std::string>>& siteHashes) {
  Sha256 hash;
  hash.updateText(provenanceText);
  hash.updateValues(std::span<const std::int32_t>(tokenIds));
  for (const auto& [id, text] : tokenTexts) {
    hash.updateValues(std::span<const std::int32_t>(&id, 1));
    hash.updateText(text);
  }
  for (const auto& [site, siteHash] : siteHashes) {
    hash.updateText(site);
    hash.updateText(siteHash);
  }
  return hash.finish();
}

}  // namespace oscope::stats
