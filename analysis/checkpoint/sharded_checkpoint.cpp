#include "analysis/checkpoint/sharded_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/base/hash.h"
#include "analysis/checkpoint/shard_index.h"

namespace oscope::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";
constexpr std::size_t kMaxIndexBytes = 64u << 20;  // the largest published ones have about 10 MB
constexpr std::size_t kFingerprintBytes = 4096;

bool liesIn(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// The shard `name` (bare: parseShardIndex saw to it) as a regular file that really lies in the folder. One link out of
/// it is legitimate: the Hugging Face cache keeps snapshots/<revision>/<file> as links to blobs/<hash>.
fs::path shardPath(const fs::path& folder, const std::string& name) {
  fs::path path = folder / name;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) {
    throw Error(ErrorCode::FileNotFound, path.string(), "the index names this shard, but it is missing",
                "download the missing shard into the folder");
  }
  const fs::path home = fs::canonical(folder);
  const bool inCache =
      home.parent_path().filename() == "snapshots" && liesIn(real, home.parent_path().parent_path() / "blobs");
  if (!liesIn(real, home) && !inCache) {
    throw Error(ErrorCode::Malformed, path.string(), "the shard is a link to " + real.string() + ", outside the folder",
                "put the file itself into the folder");
  }
  return path;
}

void checkNoTensorTwice(const std::vector<std::unique_ptr<SafetensorsReader>>& shards, const fs::path& folder) {
  std::map<std::string, const SafetensorsReader*> seen;
  for (const auto& shard : shards) {
    for (const TensorEntry& entry : shard->header().tensors) {
      const auto [place, isNew] = seen.emplace(entry.name, shard.get());
      if (isNew) continue;
      throw Error(ErrorCode::Malformed, folder.string(),
                  fmt::format("tensor {} is in two shards, {} and {}", entry.name,
                              place->second->path().filename().string(), shard->path().filename().string()),
                  "the shards belong to different versions: download all of them again");
    }
  }
}

}  // namespace

ShardedCheckpoint::ShardedCheckpoint(const fs::path& folder) : m_folder(folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw Error(ErrorCode::FileNotFound, folder.string(), "not a folder", "give the folder that holds config.json");
  }
  if (fs::exists(folder / kIndexFile, error)) {
    openShards(folder / kIndexFile);
    return;
  }
  if (!fs::exists(folder / kSingleFile, error)) {
    const bool hasBin =
        fs::exists(folder / "pytorch_model.bin", error) || fs::exists(folder / "pytorch_model.bin.index.json", error);
    throw Error(ErrorCode::FileNotFound, folder.string(),
                fmt::format("neither {} nor {} is here", kSingleFile, kIndexFile),
                hasBin ? "pickled .bin checkpoints are not read: convert the model to safetensors"
                       : "give the folder that holds the safetensors files");
  }
  m_shards.push_back(std::make_unique<SafetensorsReader>(folder / kSingleFile));
  for (const TensorEntry& entry : m_shards[0]->header().tensors) m_shardOf[entry.name] = 0;
}

void ShardedCheckpoint::openShards(const fs::path& indexPath) {
  const ShardIndex index = parseShardIndex(readJsonFile(indexPath, {.maxBytes = kMaxIndexBytes}), indexPath.string());
  std::map<std::string, std::size_t> numbers;
  for (const auto& [tensor, shard] : index.shardOf) {
    const auto [number, isNew] = numbers.emplace(shard, m_shards.size());
    if (isNew) m_shards.push_back(std::make_unique<SafetensorsReader>(shardPath(m_folder, shard)));
    if (!m_shards[number->second]->contains(tensor)) {
      throw Error(ErrorCode::MissingTensor, (m_folder / shard).string(),
                  fmt::format("the index says that tensor {} is here, but it isn't", tensor),
                  "index and shards belong to different versions: download both again");
    }
    m_shardOf[tensor] = number->second;
  }
  checkNoTensorTwice(m_shards, m_folder);
  warnOfUnlisted();
  if (index.totalSize && *index.totalSize != static_cast<double>(totalBytes())) {
    m_diagnostics.push_back(
        {Severity::Warning, "checkpoint.total_size", indexPath.string(),
         fmt::format("total_size says {:.0f} bytes, the tensors hold {}", *index.totalSize, totalBytes()),
         "if tensors are missing from the index, download it again"});
  }
}

void ShardedCheckpoint::warnOfUnlisted() {
  for (const auto& shard : m_shards) {
    std::size_t count = 0;
    std::string first;
    for (const TensorEntry& entry : shard->header().tensors) {
      if (m_shardOf.count(entry.name) == 0 && count++ == 0) first = entry.name;
    }
    if (count == 0) continue;
    m_diagnostics.push_back({Severity::Warning, "checkpoint.unlisted_tensor", shard->path().string(),
                             fmt::format("{} tensors are not in the index and are ignored, first {}", count, first),
                             "if the model needs them, download the index again"});
  }
}

const SafetensorsReader& ShardedCheckpoint::shardWith(const std::string& tensor) const {
  const auto found = m_shardOf.find(tensor);
  if (found != m_shardOf.end()) return *m_shards[found->second];
  throw missingTensor(tensor, m_shardOf, m_folder);
}

std::vector<TensorEntry> ShardedCheckpoint::entries() const {
  std::vector<TensorEntry> all;
  for (const auto& [name, shard] : m_shardOf) all.push_back(m_shards[shard]->entry(name));
  return all;
}

const TensorEntry& ShardedCheckpoint::entry(const std::string& name) const {
  return shardWith(name).entry(name);
}

std::uint64_t ShardedCheckpoint::totalBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, shard] : m_shardOf)
    bytes += m_shards[shard]->entry(name).end - m_shards[shard]->entry(name).begin;
  return bytes;
}

void ShardedCheckpoint::verifyIntact() const {
  for (const auto& shard : m_shards) shard->verifyIntact();
}

std::string ShardedCheckpoint::fingerprint() const {
  Sha256 hash;
  for (const auto& [name, shard] : m_shardOf) {
    const compute::HostTensor view = m_shards[shard]->tensor(name);
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
  return shardWith(name).tensor(name);
}

void ShardedCheckpoint::willNeed(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (contains(name)) shardWith(name).willNeed({name});
  }
}

void ShardedCheckpoint::release(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (contains(name)) shardWith(name).release({name});
  }
}

}  // namespace oscope::checkpoint
