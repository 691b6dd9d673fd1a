// A sharded checkpoint that is written tensor by tensor in the order of its layout: one file is open at a time.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "quant/export/deploy_config.h"
#include "quant/export/shard_layout.h"

namespace oscope::quant {

class ShardWriter {
 public:
  ShardWriter(std::filesystem::path folder, std::vector<Shard> shards);

  /// Tensors of one unit in any order; units in the order of the layout. A finished file is closed at once.
  void write(const std::string& name, std::span<const std::byte> bytes);
  /// Writes the index (more than one file) last and checks that nothing is missing.
  void finish();

  std::uint64_t bytes() const { return m_bytes; }
  const std::map<std::string, DeployTensor>& tensors() const { return m_written; }
  std::vector<std::string> files() const;

 private:
  std::filesystem::path m_folder;
  std::vector<Shard> m_shards;
  std::size_t m_current = 0, m_leftInCurrent = 0;
  std::optional<checkpoint::SafetensorsWriter> m_open;
  std::map<std::string, DeployTensor> m_written;
  std::uint64_t m_bytes = 0;
};

}  // namespace oscope::quant
