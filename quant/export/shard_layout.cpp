#include "quant/export/shard_layout.h"

#include <fmt/format.h>

namespace oscope::quant {

std::uint64_t byteSize(const checkpoint::TensorDeclaration& tensor) {
  const compute::HostTensor shape{nullptr, tensor.dtype, tensor.shape, nullptr, tensor.name};
  return shape.bytes();
}

std::vector<Shard> layOutShards(const std::vector<std::vector<checkpoint::TensorDeclaration>>& units,
                                std::uint64_t shardBytes) {
  std::vector<Shard> shards;
  std::uint64_t filled = 0;
  for (const auto& unit : units) {
    std::uint64_t bytes = 0;
    for (const checkpoint::TensorDeclaration& tensor : unit) bytes += byteSize(tensor);
    if (shards.empty() || (filled > 0 && filled + bytes > shardBytes)) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().tensors.insert(shards.back().tensors.end(), unit.begin(), unit.end());
    filled += bytes;
  }
  for (std::size_t i = 0; i < shards.size(); ++i) {
    shards[i].file = shards.size() == 1 ? "model.safetensors"
                                        : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
  }
  return shards;
}

}  // namespace oscope::quant
