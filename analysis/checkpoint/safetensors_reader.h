// One safetensors file: header checked strictly (formats.md section 4), data mapped and never copied.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/base/mapped_file.h"
#include "analysis/checkpoint/tensor_source.h"

namespace oscope::checkpoint {

/// One entry of a header. Offsets count from the start of the data section.
struct TensorEntry {
  std::string name;
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;             ///< by offset
  std::map<std::string, std::string> metadata;  ///< `__metadata__`
  std::uint64_t dataStart = 0;                  ///< bytes of length field and header
};

/// Bytes of a tensor; empty where they overflow or end within a byte (4- and 6-bit types).
std::optional<std::uint64_t> tensorBytes(DType dtype, const std::vector<std::int64_t>& shape);

/// Parses and checks a header. `head` begins the file (at least the header); `fileSize` is that of the open file.
/// Every violation is an Error that names `where`, the tensor and the byte offset. Used by the fuzzer directly.
SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> head, std::uint64_t fileSize,
                                         const std::string& where);

/// A MissingTensor error that names the neighbours of `name` among the keys of `present`.
template <typename Value>
Error missingTensor(const std::string& name, const std::map<std::string, Value>& present,
                    const std::filesystem::path& where) {
  std::string nearby;
  auto place = present.lower_bound(name);
  if (place != present.begin()) --place;
  for (int i = 0; i < 3 && place != present.end(); ++i, ++place) nearby += (i == 0 ? "" : ", ") + place->first;
  return {ErrorCode::MissingTensor, where.string(), "tensor " + name + " is missing",
          present.empty() ? "there are no tensors at all"
                          : "of " + std::to_string(present.size()) + " tensors the nearest names are " + nearby};
}

/// Opening reads the header only.
class SafetensorsReader final : public TensorSource {
 public:
  explicit SafetensorsReader(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return m_file->path(); }
  const SafetensorsHeader& header() const { return m_header; }
  /// Entry of a tensor that is in the file.
  const TensorEntry& entry(const std::string& name) const { return m_header.tensors[m_index.at(name)]; }
  /// Throws FileChanged where the file shrank or changed since it was opened.
  void verifyIntact() const { m_file->verifyIntact(); }

  bool contains(const std::string& name) const override;
  compute::HostTensor tensor(const std::string& name) const override;
  void willNeed(const std::vector<std::string>& names) const override;
  void release(const std::vector<std::string>& names) const override;

 private:
  std::shared_ptr<MappedFile> m_file;
  SafetensorsHeader m_header;
  std::map<std::string, std::size_t> m_index;
};

}  // namespace oscope::checkpoint
