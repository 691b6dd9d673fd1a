#include "analysis/checkpoint/shard_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"

namespace oscope::checkpoint {
namespace {

constexpr const char* kRemedy = "the index must name files beside it; download it again";

/// No separator, no parent folder, nothing that a terminal would act on.
bool isBareName(const std::string& name) {
  const auto harmless = [](char c) { return c != '/' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; };
  return !name.empty() && name != "." && name != ".." && std::all_of(name.begin(), name.end(), harmless);
}

}  // namespace

ShardIndex parseShardIndex(const Json& json, const std::string& where) {
  ShardIndex index;
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (!json.is_object() || map == json.end() || !map->is_object() || map->empty()) {
    throw Error(ErrorCode::Malformed, where, "\"weight_map\" must be an object of tensor: shard", kRemedy);
  }
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string() || !isBareName(shard.get_ref<const std::string&>())) {
      throw Error(ErrorCode::Malformed, where,
                  fmt::format("tensor {}: shard {} is no bare file name", clipped(tensor), clipped(shard.dump())),
                  kRemedy);
    }
    index.shardOf[tensor] = shard.get<std::string>();
  }
  const auto metadata = json.find("metadata");
  if (metadata != json.end() && metadata->is_object()) {
    const auto total = metadata->find("total_size");
    if (total != metadata->end() && total->is_number()) index.totalSize = total->get<double>();
  }
  return index;
}

}  // namespace oscope::checkpoint
