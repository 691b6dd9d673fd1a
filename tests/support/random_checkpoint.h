// Checkpoints with random weights: models of any shape for tests and benchmarks, without foreign data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "analysis/base/dtype.h"

namespace oscope::test {

/// A gated decoder with RMSNorm, rotary positions and grouped key/value heads.
struct RandomShape {
  std::int64_t hidden = 64, ffn = 96, blocks = 2, heads = 4, kvHeads = 2, vocabulary = 96, positions = 2048;
  DType dtype = DType::F32;  ///< F32 or BF16
  std::uint64_t seed = 1;
};

/// Writes config.json and model.safetensors (embedding and head tied) into `folder`, which is created.
void writeRandomCheckpoint(const std::filesystem::path& folder, const RandomShape& shape);

/// Overwrites one element of a tensor in the written file.
void pokeTensor(const std::filesystem::path& folder, const std::string& tensor, std::int64_t element, float value);

}  // namespace oscope::test
