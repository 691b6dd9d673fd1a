// What opening costs: a checkpoint of 13 GB, and headers made to hurt.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>

#include "analysis/base/error.h"
#include "analysis/checkpoint/sharded_checkpoint.h"
#include "tests/checkpoint/checkpoint_files.h"
#include "tests/support/test_data.h"

namespace oscope::checkpoint {
namespace {

namespace fs = std::filesystem;
using test::ScratchFolder;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // shadow memory and quarantine are not what is measured
#else
constexpr bool kSanitized = false;
#endif

struct Cost {
  double seconds = 0;
  double megabytes = 0;  ///< growth of the peak resident memory
  bool succeeded = false;
};

/// Runs `action` in a child process, whose peak memory is its own. The child ends with status 0 where it gives true.
Cost costOf(const std::function<bool()>& action) {
  const auto peakKilobytes = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    const long before = peakKilobytes();
    const auto start = std::chrono::steady_clock::now();
    Cost cost;
    cost.succeeded = action();
    cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    cost.megabytes = static_cast<double>(peakKilobytes() - before) / 1024;
    const ssize_t written = ::write(ends[1], &cost, sizeof(cost));
    ::_exit(written == sizeof(cost) ? 0 : 1);
  }
  ::close(ends[1]);
  Cost cost;
  if (::read(ends[0], &cost, sizeof(cost)) != sizeof(cost)) cost = {};
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return cost;
}

/// Shards with the tensors of a 6.7-billion-parameter decoder in 16 bits: 32 blocks, width 4096, 13.5 GB, all of it a
/// hole that takes no space.
void writeHugeCheckpoint(const fs::path& folder) {
  std::string map;
  for (int shard = 0; shard < 4; ++shard) {
    const std::string file = "model-" + std::to_string(shard) + ".safetensors";
    std::string header = "{";
    std::uint64_t end = 0;
    const auto add = [&](const std::string& name, std::uint64_t rows, std::uint64_t columns) {
      const std::uint64_t begin = end;
      end += rows * columns * 2;
      header += (begin == 0 ? "\"" : ",\"") + name + R"(":{"dtype":"BF16","shape":[)" + std::to_string(rows) + "," +
                std::to_string(columns) + R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) +
                "]}";
      map += (map.empty() ? "\"" : ",\"") + name + "\":\"" + file + "\"";
    };
    for (int block = shard * 8; block < shard * 8 + 8; ++block) {
      const std::string prefix = "model.layers." + std::to_string(block) + ".";
      for (const char* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"}) {
        add(prefix + name + ".weight", 4096, 4096);
      }
      for (const char* name : {"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"})
        add(prefix + name + ".weight", 11008, 4096);
      for (const char* name : {"input_layernorm", "post_attention_layernorm"}) add(prefix + name + ".weight", 1, 4096);
    }
    if (shard == 0) add("model.embed_tokens.weight", 32000, 4096);
    if (shard == 3) add("lm_head.weight", 32000, 4096);
    const std::string head = test::safetensorsBytes(header + "}", 0);
    test::writeBytes(folder / file, head);
    fs::resize_file(folder / file, head.size() + end);
  }
  test::writeBytes(folder / "model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
}

TEST(LargeCheckpoint, OpensByItsHeadersAlone) {
  constexpr double kMaxSeconds = 0.2, kMaxMegabytes = 100;
  const ScratchFolder folder;
  writeHugeCheckpoint(folder.path());
  const Cost cost = costOf([&] { return ShardedCheckpoint(folder.path()).totalBytes() > 13'000'000'000u; });
  EXPECT_TRUE(cost.succeeded);
  EXPECT_LT(cost.seconds, kMaxSeconds);
  EXPECT_TRUE(kSanitized || cost.megabytes < kMaxMegabytes) << cost.megabytes;
  RecordProperty("milliseconds", static_cast<int>(cost.seconds * 1e3));
  RecordProperty("megabytes", static_cast<int>(cost.megabytes));
}

/// Opening a file of this header in a child: it ends with an Error, within time and memory.
void expectCheapRefusal(const char* what, const std::string& header) {
  constexpr double kMaxSeconds = 30, kMaxMegabytes = 500;  // the header's own 100 MB are part of it
  const ScratchFolder folder;
  test::writeBytes(folder / "a", test::safetensorsBytes(header, 0));
  const Cost cost = costOf([&] {
    try {
      SafetensorsReader{folder / "a"};
    } catch (const Error&) {
      return true;
    }
    return false;
  });
  EXPECT_TRUE(cost.succeeded) << what;
  EXPECT_LT(cost.seconds, kMaxSeconds) << what;
  EXPECT_TRUE(kSanitized || cost.megabytes < kMaxMegabytes) << what << ": " << cost.megabytes;
  testing::Test::RecordProperty(std::string(what) + "_milliseconds", static_cast<int>(cost.seconds * 1e3));
  testing::Test::RecordProperty(std::string(what) + "_megabytes", static_cast<int>(cost.megabytes));
}

std::string repeated(std::string start, const std::function<std::string(int)>& piece) {
  constexpr std::size_t kHeaderBytes = 99'000'000;  // just below the format's limit
  start.reserve(kHeaderBytes + 1000);
  for (int i = 0; start.size() < kHeaderBytes; ++i) start += piece(i);
  return start;
}

TEST(HostileHeader, OfManyTensors) {
  expectCheapRefusal("many_tensors", repeated("{", [](int i) {
                       return "\"" + std::to_string(i) +
                              R"(":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1],"data_offsets":[0,1]},)";
                     }));
}
TEST(HostileHeader, OfManyMetadata) {
  expectCheapRefusal("many_metadata",
                     repeated("{\"__metadata__\":{", [](int i) { return "\"" + std::to_string(i) + "\":\"\","; }));
}
TEST(HostileHeader, OfOneName) {
  expectCheapRefusal("one_name", repeated("{\"", [](int) { return std::string(1000, 'n'); }));
}
TEST(HostileHeader, OfOneNumber) {
  expectCheapRefusal("one_number", repeated(R"({"a":{"shape":[)", [](int) { return std::string(1000, '9'); }));
}
TEST(HostileHeader, OfBrackets) {
  expectCheapRefusal("brackets", repeated("{\"a\":", [](int) { return std::string(1000, '['); }));
}

}  // namespace
}  // namespace oscope::checkpoint
