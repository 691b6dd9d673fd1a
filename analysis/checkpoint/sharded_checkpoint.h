// A checkpoint folder: one model.safetensors or shards with their index.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/base/job_context.h"
#include "analysis/checkpoint/safetensors_reader.h"

namespace oscope::checkpoint {

class ShardedCheckpoint final : public TensorSource {
 public:
  /// Opens `folder`/model.safetensors, or the shards of model.safetensors.index.json (bare names inside the folder
  /// only; a link to the blobs of a Hugging Face cache is followed). Headers only: a 13 GB checkpoint opens in
  /// milliseconds.
  explicit ShardedCheckpoint(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return m_folder; }
  const std::vector<std::unique_ptr<SafetensorsReader>>& shards() const { return m_shards; }
  /// All entries, by name.
  std::vector<TensorEntry> entries() const;
  /// Entry of one tensor (dtype and shape without touching data).
  const TensorEntry& entry(const std::string& name) const;
  std::uint64_t totalBytes() const;
  /// Warnings found while opening (total_size mismatch, tensors beyond the index).
  const Diagnostics& diagnostics() const { return m_diagnostics; }
  void verifyIntact() const;

  /// Identity of the weights, cheap: SHA-256 over every tensor's name, dtype, shape and the first and last 4 KiB of its
  /// bytes. Sharding and file order don't matter; a fine-tuned copy differs.
  std::string fingerprint() const;

  bool contains(const std::string& name) const override;
  compute::HostTensor tensor(const std::string& name) const override;
  void willNeed(const std::vector<std::string>& names) const override;
  void release(const std::vector<std::string>& names) const override;

 private:
  void openShards(const std::filesystem::path& indexPath);
  void warnOfUnlisted();
  /// The shard of a tensor, or a MissingTensor error.
  const SafetensorsReader& shardWith(const std::string& tensor) const;

  std::filesystem::path m_folder;
  std::vector<std::unique_ptr<SafetensorsReader>> m_shards;
  std::map<std::string, std::size_t> m_shardOf;
  Diagnostics m_diagnostics;
};

}  // namespace oscope::checkpoint
