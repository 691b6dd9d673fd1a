// model.safetensors.index.json: whatever it says, no shard name leaves the folder.
#include <filesystem>
#include <string>

#include "analysis/base/error.h"
#include "analysis/checkpoint/shard_index.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oscope;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const checkpoint::ShardIndex index = checkpoint::parseShardIndex(parseJson(text, "input"), "input");
    OSCOPE_FUZZ_CHECK(!index.shardOf.empty());
    for (const auto& [tensor, shard] : index.shardOf) {
      const std::filesystem::path path = std::filesystem::path("/folder") / shard;
      OSCOPE_FUZZ_CHECK(path.lexically_normal().parent_path() == "/folder" && path.filename() == shard);
    }
  } catch (const Error& error) {
    OSCOPE_FUZZ_CHECK(error.code() == ErrorCode::Malformed && error.text().size() < 4096);
  }
  return 0;
}
