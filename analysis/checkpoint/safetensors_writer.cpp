#include "analysis/checkpoint/safetensors_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/base/json.h"

namespace oscope::checkpoint {
namespace {

constexpr std::size_t kAlignment = 8;

std::string quoted(const std::string& text, const std::string& where) {
  try {
    return Json(text).dump();
  } catch (const Json::exception&) {
    throw Error(ErrorCode::InvalidArgument, where, fmt::format("the name \"{}\" is not valid UTF-8", text));
  }
}

/// Offsets in file order, or an error for what the format can't hold.
std::vector<TensorEntry> layOut(const std::vector<TensorDeclaration>& tensors, const std::string& where) {
  std::vector<TensorEntry> entries;
  entries.reserve(tensors.size());
  for (const TensorDeclaration& tensor : tensors) entries.push_back({tensor.name, tensor.dtype, tensor.shape, 0, 0});
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.dtype != b.dtype ? a.dtype > b.dtype : a.name < b.name;
  });
  std::uint64_t end = 0;
  for (TensorEntry& entry : entries) {
    const auto bytes = tensorBytes(entry.dtype, entry.shape);
    entry.begin = end;
    if (!bytes || __builtin_add_overflow(end, *bytes, &end)) {
      throw Error(ErrorCode::InvalidArgument, where,
                  fmt::format("tensor {} of {} [{}] has no size in whole bytes", entry.name, toString(entry.dtype),
                              fmt::join(entry.shape, ", ")));
    }
    entry.end = end;
  }
  return entries;
}

/// Length field and JSON, padded with spaces so that every tensor lies aligned.
std::string headerBytes(const std::vector<TensorEntry>& entries, const std::map<std::string, std::string>& metadata,
                        const std::string& where) {
  std::string json = "{\"__metadata__\":{";
  for (const auto& [key, value] : metadata) {
    json += fmt::format("{}{}:{}", json.back() == '{' ? "" : ",", quoted(key, where), quoted(value, where));
  }
  json += "}";
  for (const TensorEntry& entry : entries) {
    json += fmt::format(R"(,{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", quoted(entry.name, where),
                        toString(entry.dtype), fmt::join(entry.shape, ","), entry.begin, entry.end);
  }
  json += "}";
  json.resize((json.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(json.size() >> (8 * i));
  return length + json;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, const std::vector<TensorDeclaration>& tensors,
                                     std::map<std::string, std::string> metadata)
    : m_file(path) {
  metadata.emplace("format", "pt");
  const std::vector<TensorEntry> entries = layOut(tensors, path.string());
  const std::string header = headerBytes(entries, metadata, path.string());
  const std::uint64_t fileBytes = header.size() + (entries.empty() ? 0 : entries.back().end);
  // The strict reader judges names, counts and limits before the first byte is written.
  m_header = parseSafetensorsHeader(std::as_bytes(std::span(header)), fileBytes, path.string());
  for (std::size_t i = 0; i < m_header.tensors.size(); ++i) m_missing[m_header.tensors[i].name] = i;
  m_file.reserve(fileBytes);
  m_file.write(header);
}

void SafetensorsWriter::write(const std::string& name, std::span<const std::byte> bytes) {
  const auto found = m_missing.find(name);
  if (found == m_missing.end()) {
    throw Error(ErrorCode::InvalidArgument, m_file.finalPath().string(),
                fmt::format("tensor {} was not declared or is written twice", name));
  }
  const TensorEntry& entry = m_header.tensors[found->second];
  if (bytes.size() != entry.end - entry.begin) {
    throw Error(ErrorCode::WrongShape, m_file.finalPath().string(),
                fmt::format("tensor {}: {} bytes were given, {} [{}] needs {}", name, bytes.size(),
                            toString(entry.dtype), fmt::join(entry.shape, ", "), entry.end - entry.begin));
  }
  m_file.writeAt(m_header.dataStart + entry.begin, bytes);
  m_missing.erase(found);
}

void SafetensorsWriter::commit() {
  if (!m_missing.empty()) {
    throw Error(
        ErrorCode::Internal, m_file.finalPath().string(),
        fmt::format("{} declared tensors were not written, first {}", m_missing.size(), m_missing.begin()->first));
  }
  m_file.commit();
}

}  // namespace oscope::checkpoint
