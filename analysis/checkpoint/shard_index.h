// model.safetensors.index.json: which shard holds which tensor. Untrusted input (formats.md section 4).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "analysis/base/json.h"

namespace oscope::checkpoint {

struct ShardIndex {
  std::map<std::string, std::string> shardOf;  ///< tensor name to the bare name of a file beside the index
  std::optional<double> totalSize;             ///< bytes of all tensors, as the index claims (a number of any kind)
};

/// Checks the content of an index, not yet the shards. A shard name that could leave the folder is a Malformed error.
ShardIndex parseShardIndex(const Json& json, const std::string& where);

}  // namespace oscope::checkpoint
