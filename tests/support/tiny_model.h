// Small checkpoints made in code: every tensor that a config asks for, with seeded values.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/json.h"
#include "analysis/compute/host_matrix.h"

namespace oscope::test {

/// {"model_type": "llama", hidden 16, ffn 24, 2 blocks, 4 heads over 2, vocabulary 40, untied}.
Json tinyConfig();

/// The tensors of a checkpoint, by name; a test may rename, drop or spoil them before they are written.
using TensorMap = std::map<std::string, compute::HostTensor>;

/// Everything that the config's graph names: norms around 1, the rest small.
TensorMap tinyTensors(const Json& config, DType dtype = DType::F32, std::uint64_t seed = 1);

/// Writes config.json and model.safetensors into `folder`, which is made.
void writeModel(const std::filesystem::path& folder, const Json& config, const TensorMap& tensors);

/// tinyTensors() and writeModel() in one.
void writeTinyModel(const std::filesystem::path& folder, const Json& config, DType dtype = DType::F32);

}  // namespace oscope::test
