#include "analysis/checkpoint/sharded_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/base/error.h"
#include "analysis/base/hash.h"
#include "analysis/base/json.h"

namespace oscope::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";
constexpr std::size_t kFingerprintBytes = 4096;

/// A shard name from the index: a bare name of a regular file that really lies inside the folder.
fs::path shardPath(const fs::path& folder, const std::string& name, const std::string& where) {
  const bool bare = !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
                    name.find('\\') == std::string::npos && name.find('\0') == std::string::npos;
  if (!bare) {
    throw Error(ErrorCode::Malformed, where, fmt::format("shard \"{}\" is no bare file name", name),
                "the index must name files beside it; download it again");
  }
  const fs::path path = folder / name;
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw Error(ErrorCode::FileNotFound, path.string(), "the index names this shard, but it is missing",
                "download the missing shard into the folder");
  }
  // Hugging Face caches link shards to ../../blobs: a link is fine as long as it was made by the folder's owner, which
  // the index is not. What the index itself says stays inside the folder by the check above.
  if (!fs::is_regular_file(path, error)) {
    throw Error(ErrorCode::FileUnreadable, path.string(), "the shard is no regular file");
  }
  return path;
}

}  // namespace

ShardedCheckpoint::ShardedCheckpoint(const fs::path& folder) : m_folder(folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw Error(ErrorCode::FileNotFound, folder.string(), "not a folder", "give the folder that holds config.json");
  }
  const fs::path index = folder / kIndexFile;
  if (fs::exists(index, error)) {
    const Json json = readJsonFile(index);
    const Json map = requireKey<Json>(json, "weight_map", index.string());
    if (!map.is_object() || map.empty()) {
      throw Error(ErrorCode::Malformed, index.string(), "weight_map must be an object of tensor: shard");
    }
    std::map<std::string, std::size_t> shardNumbers;
    for (const auto& [tensorName, shard] : map.items()) {
      if (!shard.is_string()) {
        throw Error(ErrorCode::Malformed, index.string(), fmt::format("shard of {} is no text", tensorName));
      }
      const std::string shardName = shard.get<std::string>();
      if (shardNumbers.emplace(shardName, m_shards.size()).second) {
        m_shards.push_back(std::make_unique<SafetensorsReader>(shardPath(folder, shardName, index.string())));
      }
      const std::size_t number = shardNumbers.at(shardName);
      if (!m_shards[number]->contains(tensorName)) {
        throw Error(ErrorCode::MissingTensor, (folder / shardName).string(),
                    fmt::format("the index says that {} is here, but it isn't", tensorName),
                    "index and shards belong to different versions: download both again");
      }
      m_shardOf[tensorName] = number;
    }
    std::map<std::string, std::size_t> seen;
    for (std::size_t number = 0; number < m_shards.size(); ++number) {
      for (const TensorEntry& entry : m_shards[number]->header().tensors) {
        const auto [place, isNew] = seen.emplace(entry.name, number);
        if (!isNew) {
          throw Error(ErrorCode::Malformed, folder.string(),
                      fmt::format("tensor {} is in two shards, {} and {}", entry.name,
                                  m_shards[place->second]->path().filename().string(),
                                  m_shards[number]->path().filename().string()));
        }
        if (m_shardOf.count(entry.name) == 0) {
          m_diagnostics.push_back({Severity::Warning, "checkpoint.unlisted_tensor", m_shards[number]->path().string(),
                                   fmt::format("tensor {} is not in the index and is ignored", entry.name), ""});
        }
      }
    }
    if (json.contains("metadata") && json["metadata"].is_object() && json["metadata"].contains("total_size")) {
      const Json& total = json["metadata"]["total_size"];
      if (total.is_number() && total.get<double>() != static_cast<double>(totalBytes())) {
        m_diagnostics.push_back(
            {Severity::Warning, "checkpoint.total_size", index.string(),
             fmt::format("total_size says {} bytes, the tensors hold {}", total.dump(), totalBytes()), ""});
      }
    }
    return;
  }
  const fs::path single = folder / kSingleFile;
  if (!fs::exists(single, error)) {
    const bool hasBin =
        fs::exists(folder / "pytorch_model.bin", error) || fs::exists(folder / "pytorch_model.bin.index.json", error);
    throw Error(ErrorCode::FileNotFound, folder.string(),
                fmt::format("neither {} nor {} is here", kSingleFile, kIndexFile),
                hasBin ? "pickled .bin checkpoints are not read: convert the model to safetensors"
                       : "give the folder that holds the safetensors files");
  }
  m_shards.push_back(std::make_unique<SafetensorsReader>(single));
  for (const TensorEntry& entry : m_shards[0]->header().tensors) m_shardOf[entry.name] = 0;
}

std::vector<TensorEntry> ShardedCheckpoint::entries() const {
  std::vector<TensorEntry> all;
  for (const auto& [name, shard] : m_shardOf) all.push_back(entry(name));
  return all;
}

const TensorEntry& ShardedCheckpoint::entry(const std::string& name) const {
  const auto found = m_shardOf.find(name);
  if (found == m_shardOf.end()) {
    throw Error(ErrorCode::MissingTensor, m_folder.string(), fmt::format("tensor {} is not in the checkpoint", name));
  }
  return m_shards[found->second]->entry(name);
}

std::uint64_t ShardedCheckpoint::totalBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, shard] : m_shardOf) bytes += entry(name).end - entry(name).begin;
  return bytes;
}

void ShardedCheckpoint::verifyIntact() const {
  for (const auto& shard : m_shards) shard->verifyIntact();
}

std::string ShardedCheckpoint::fingerprint() const {
  Sha256 hash;
  for (const auto& [name, shard] : m_shardOf) {
    const compute::HostTensor view = tensor(name);
    hash.updateText(name);
    hash.updateText(toString(view.dtype));
    hash.updateValues(std::span<const std::int64_t>(view.shape));
    const std::span bytes(static_cast<const std::byte*>(view.data), view.bytes());
    hash.update(bytes.first(std::min(bytes.size(), kFingerprintBytes)));
    hash.update(bytes.last(std::min(bytes.size(), kFingerprintBytes)));
  }
  verifyIntact();
  return hash.finish();
}

bool ShardedCheckpoint::contains(const std::string& name) const {
  return m_shardOf.count(name) != 0;
}

compute::HostTensor ShardedCheckpoint::tensor(const std::string& name) const {
  const auto found = m_shardOf.find(name);
  if (found == m_shardOf.end()) {
    throw Error(ErrorCode::MissingTensor, m_folder.string(), fmt::format("tensor {} is not in the checkpoint", name));
  }
  return m_shards[found->second]->tensor(name);
}

void ShardedCheckpoint::willNeed(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto found = m_shardOf.find(name);
    if (found != m_shardOf.end()) m_shards[found->second]->willNeed({name});
  }
}

void ShardedCheckpoint::release(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto found = m_shardOf.find(name);
    if (found != m_shardOf.end()) m_shards[found->second]->release({name});
  }
}

}  // namespace oscope::checkpoint
