#include "quant/export/shard_writer.h"

#include "analysis/base/error.h"
#include "analysis/base/hash.h"

namespace oscope::quant {

ShardWriter::ShardWriter(std::filesystem::path folder, std::vector<Shard> shards)
    : m_folder(std::move(folder)), m_shards(std::move(shards)) {}

void ShardWriter::write(const std::string& name, std::span<const std::byte> bytes) {
  if (m_current >= m_shards.size()) throw Error(ErrorCode::Internal, name, "written behind the last shard");
  const Shard& shard = m_shards[m_current];
  if (!m_open) {
    m_open.emplace(m_folder / shard.file, shard.tensors, std::map<std::string, std::string>{{"format", "pt"}});
    m_leftInCurrent = shard.tensors.size();
  }
  m_open->write(name, bytes);
  Sha256 hash;
  hash.update(bytes);
  m_written[name] = {shard.file, hash.finish()};
  m_bytes += bytes.size();
  if (--m_leftInCurrent > 0) return;
  m_open->commit();
  m_open.reset();
  ++m_current;
}

void ShardWriter::finish() {
  if (m_current != m_shards.size()) throw Error(ErrorCode::Internal, m_folder.string(), "shards are incomplete");
  if (m_shards.size() < 2) return;
  Json map = Json::object();
  for (const auto& [name, tensor] : m_written) map[name] = tensor.file;
  writeJsonFile(m_folder / "model.safetensors.index.json",
                {{"metadata", {{"total_size", m_bytes}}}, {"weight_map", std::move(map)}});
}

std::vector<std::string> ShardWriter::files() const {
  std::vector<std::string> names;
  for (const Shard& shard : m_shards) names.push_back(shard.file);
  if (m_shards.size() > 1) names.push_back("model.safetensors.index.json");
  return names;
}

}  // namespace oscope::quant
