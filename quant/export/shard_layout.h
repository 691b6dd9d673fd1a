// Which tensor goes into which file of a sharded checkpoint.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/checkpoint/safetensors_writer.h"

namespace oscope::quant {

/// Bytes of a declared tensor.
std::uint64_t byteSize(const checkpoint::TensorDeclaration& tensor);

struct Shard {
  std::string file;  ///< "model.safetensors", or "model-00001-of-00003.safetensors"
  std::vector<checkpoint::TensorDeclaration> tensors;
};

/// Fills files of at most `shardBytes` in order. The tensors of one unit (a linear with its scales) stay together, so
/// that clients can load a module from one file; a unit larger than the limit gets a file of its own.
std::vector<Shard> layOutShards(const std::vector<std::vector<checkpoint::TensorDeclaration>>& units,
                                std::uint64_t shardBytes);

}  // namespace oscope::quant
