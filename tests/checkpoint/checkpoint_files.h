// Small checkpoints made in code: safetensors files byte by byte, shards and their index.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace oscope::test {

/// A safetensors file: length field, `header` as it stands, `data` zero bytes.
inline std::string safetensorsBytes(const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data, '\0');
}

inline void writeBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Header entry of a one-dimensional F32 tensor.
inline std::string floatEntry(const std::string& name, std::uint64_t begin, std::uint64_t end) {
  return "\"" + name + R"(":{"dtype":"F32","shape":[)" + std::to_string((end - begin) / 4) + R"(],"data_offsets":[)" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// A shard with F32 vectors of two zeros under each name.
inline void writeShard(const std::filesystem::path& path, const std::vector<std::string>& names) {
  std::string header = "{";
  std::uint64_t begin = 0;
  for (const std::string& name : names) {
    header += (begin == 0 ? "" : ",") + floatEntry(name, begin, begin + 8);
    begin += 8;
  }
  writeBytes(path, safetensorsBytes(header + "}", begin));
}

}  // namespace oscope::test
