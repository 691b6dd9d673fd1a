// Copies of the bundled sample that tests damage in one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/dtype.h"
#include "analysis/base/json.h"

namespace oscope::test {

struct StoredTensor {
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};
using StoredTensors = std::map<std::string, StoredTensor>;

/// A copy of the sample model under `folder`; returns its path.
std::filesystem::path copySampleModel(const std::filesystem::path& folder);

StoredTensors readTensors(const std::filesystem::path& file);
void writeTensors(const std::filesystem::path& file, const StoredTensors& tensors);
/// Rewrites model.safetensors of `model` after `change`.
void changeTensors(const std::filesystem::path& model, const std::function<void(StoredTensors&)>& change);
/// Rewrites a JSON file of `model` after `change`.
void changeJson(const std::filesystem::path& file, const std::function<void(Json&)>& change);
/// Splits model.safetensors in two shards with an index; returns their bare names.
std::vector<std::string> splitInShards(const std::filesystem::path& model);

}  // namespace oscope::test
