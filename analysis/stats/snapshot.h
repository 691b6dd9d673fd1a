// The immutable result of one calibration, and its file `.oscope.h5`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/base/ids.h"
#include "analysis/base/json.h"
#include "analysis/compute/exact_sum.h"
#include "analysis/compute/reductions.h"

namespace oscope::stats {

/// Facts about one linear that reads the site; from the weights alone, but for the output energy.
struct ReaderStats {
  std::string module, role;
  std::int64_t out = 0;
  std::vector<float> columnNorms;   ///< [channels] sqrt(sum_n W_nj^2)
  std::vector<float> columnAbsmax;  ///< [channels] max_n |W_nj|
  double outputEnergy = 0;          ///< sum of y^2 over all tokens and outputs, bias included
  double biasEnergy = 0;            ///< sum of bias^2 over outputs
};

/// The statistics of one site that are always in memory: a few numbers per channel.
struct SiteStats {
  SiteId id;
  std::int64_t channels = 0, tokens = 0;
  std::vector<float> absmax, min, max;     ///< [channels]
  std::vector<std::int64_t> absmaxToken;   ///< [channels] token index that made absmax
  std::vector<float> mean, meanAbs, rms;   ///< [channels] E[x], E[|x|], sqrt(E[x^2]); from the sums in SiteDetail
  std::vector<float> tokenAbsmax;          ///< [tokens] in token order, from the snapshot's first token
  std::vector<compute::Extreme> extremes;  ///< by |value| descending, then token, then channel
  std::vector<ReaderStats> readers;
  std::vector<double> weightedHistogram;  ///< [64] sum_j (sum over readers ||W_:j||^2) * histogram_j
  std::string foldEdge;                   ///< name of the exact fold edge ("norm", "v_rows", ...), empty: none
  std::string whyNoFold;
  /// Channels that must share one s (GQA rows): index of the shared row per channel; empty: all independent.
  std::vector<std::int32_t> foldRows;

  /// Range v: max over channels of absmax.
  float range() const;
};

/// The large arrays of one site, read from the file when a view or a method asks.
struct SiteDetail {
  std::vector<compute::ExactSum> sum, sumAbs, sumSq;  ///< [channels] over all tokens: what merges exactly
  std::vector<compute::ExactSum> outputEnergy;        ///< [readers] sum of y^2
  std::vector<std::uint32_t> histogram;               ///< [channels, 64]
  std::vector<std::int64_t> rowTokens;                ///< [rows] ascending
  std::vector<float> rows;  ///< [rows, channels] whole rows, rounded to fp16 with an exponent per row
  /// Per reader (order of SiteStats::readers): a seeded sample of weight rows [sampled, channels] and their indices.
  std::vector<std::vector<std::int64_t>> weightRowIndices;
  std::vector<std::vector<float>> weightRows;
};

/// Where the numbers come from. Everything in it but `device`, `build` and `createdUtc` enters the content hash.
struct Provenance {
  std::string modelName, modelFingerprint, architecture;
  std::string dataSource;  ///< "text", "jsonl", "tokens", "random"
  std::string dataHash;    ///< SHA-256 of the token ids of all samples
  std::string dataFile;    ///< bare file name, empty for random
  std::uint64_t seed = 0;
  std::int64_t samples = 0, length = 0;
  std::int64_t firstSample = 0;           ///< of a shard; 0 otherwise
  bool bosAtStart = false;                ///< whether token 0 is a BOS that the tokenizer added
  std::vector<std::string> observers;     ///< ids, in the registry's order
  Json observerParams = Json::object();   ///< id: {key: value} of those that have parameters
  std::string device, build, createdUtc;  ///< device and build: facts for people, outside the hash
  Json config;  ///< the model's config.json: what-if and memory estimates work without the checkpoint
};

/// Thread-safe to read. Details are loaded on demand and not cached here.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  const Provenance& provenance() const { return m_provenance; }
  const std::string& contentHash() const { return m_contentHash; }
  const std::vector<SiteStats>& sites() const { return m_sites; }  ///< in program order of the blocks
  const SiteStats& site(SiteId id) const;                          ///< unknown id: Error
  bool contains(SiteId id) const;
  std::int64_t blocks() const;
  virtual SiteDetail detail(SiteId id) const = 0;
  /// X^T X over all tokens, read where it is used; null where not observed.
  virtual compute::GramPtr gram(SiteId id) const = 0;

  /// Token ids of all samples [samples, length], and the text of every id that occurs.
  const std::vector<std::int32_t>& tokenIds() const { return m_tokenIds; }
  const std::map<std::int32_t, std::string>& tokenTexts() const { return m_tokenTexts; }
  struct TokenPlace {
    std::int64_t sample = 0, position = 0;
    std::int32_t id = 0;
    std::string text;
  };
  TokenPlace place(std::int64_t token) const;

 protected:
  Provenance m_provenance;
  std::string m_contentHash;
  std::vector<SiteStats> m_sites;
  std::vector<std::int32_t> m_tokenIds;
  std::map<std::int32_t, std::string> m_tokenTexts;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace oscope::stats
