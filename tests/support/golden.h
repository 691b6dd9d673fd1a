// Typed reading of the given golden files (safetensors), shared by all tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/checkpoint/safetensors_reader.h"

namespace oscope::test {

class GoldenFile {
 public:
  explicit GoldenFile(const std::filesystem::path& path) : m_reader(path) {}

  bool contains(const std::string& name) const { return m_reader.contains(name); }
  std::vector<std::int64_t> shape(const std::string& name) const { return m_reader.tensor(name).shape; }
  std::vector<std::string> names() const;
  /// F32 or F64 as double; any other dtype throws.
  std::vector<double> doubles(const std::string& name) const;
  /// F32 as stored.
  std::vector<float> floats(const std::string& name) const;
  /// I8, U8, I32, I64.
  std::vector<std::int64_t> integers(const std::string& name) const;

 private:
  checkpoint::SafetensorsReader m_reader;
};

}  // namespace oscope::test
