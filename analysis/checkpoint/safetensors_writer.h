// Writes safetensors files tensor by tensor, under a temporary name until they are complete.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/atomic_file.h"
#include "analysis/checkpoint/safetensors_reader.h"

namespace oscope::checkpoint {

/// Declared before the first byte, so that the header is written first and the data streams behind it. The file order
/// is that of the format's reference: dtype (in the order of DType) descending, then name.
struct TensorDeclaration {
  std::string name;
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
};

class SafetensorsWriter {
 public:
  /// `metadata` gets "format": "pt" where it is missing (older loaders insist on it). The space of the whole file is
  /// reserved here, so that a full disk is known before the work.
  SafetensorsWriter(const std::filesystem::path& path, const std::vector<TensorDeclaration>& tensors,
                    std::map<std::string, std::string> metadata);
  /// Bytes of one declared tensor; any order; each exactly once.
  void write(const std::string& name, std::span<const std::byte> bytes);
  /// Checks that every tensor was written, syncs and renames.
  void commit();

 private:
  AtomicFile m_file;
  SafetensorsHeader m_header;
  std::map<std::string, std::size_t> m_missing;  ///< tensors still to come: name to place in the header
};

}  // namespace oscope::checkpoint
