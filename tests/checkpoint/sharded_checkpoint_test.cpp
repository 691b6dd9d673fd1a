#include "analysis/checkpoint/sharded_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checkpoint/checkpoint_files.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope::checkpoint {
namespace {

namespace fs = std::filesystem;
using test::errorOf;
using test::ScratchFolder;
using test::writeBytes;
using test::writeShard;
using testing::HasSubstr;

constexpr const char* kIndex = "model.safetensors.index.json";

/// A folder with shards "one" {a, b} and "two" {c} and an index of the given content.
class Shards {
 public:
  explicit Shards(const std::string& map = R"("a":"one","b":"one","c":"two")", const std::string& metadata = "") {
    writeShard(folder / "one", {"a", "b"});
    writeShard(folder / "two", {"c"});
    writeBytes(folder / kIndex, "{" + metadata + "\"weight_map\":{" + map + "}}");
  }
  ShardedCheckpoint open() const { return ShardedCheckpoint(folder.path()); }
  Error refusal() const {
    return errorOf([&] { open(); });
  }

  ScratchFolder folder;
};

TEST(ShardedCheckpoint, JoinsTheShards) {
  const Shards shards;
  const ShardedCheckpoint checkpoint = shards.open();
  EXPECT_EQ(checkpoint.shards().size(), 2u);
  EXPECT_EQ(checkpoint.totalBytes(), 24u);
  EXPECT_EQ(checkpoint.entry("c").shape, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(checkpoint.tensor("b").elements(), 2);
  EXPECT_TRUE(checkpoint.diagnostics().empty());
  const auto entries = checkpoint.entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[2].name, "c");
  checkpoint.willNeed({"a", "c", "absent"});  // a tied model names tensors that are not there
  checkpoint.release({"a", "c", "absent"});
  EXPECT_NO_THROW(checkpoint.verifyIntact());
}

TEST(ShardedCheckpoint, OpensTheGivenModels) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  int models = 0;
  for (const auto& folder : fs::directory_iterator(root / "models")) {
    const ShardedCheckpoint checkpoint(folder.path());
    EXPECT_TRUE(checkpoint.diagnostics().empty()) << folder.path();
    EXPECT_GT(checkpoint.totalBytes(), 0u) << folder.path();
    ++models;
  }
  EXPECT_GE(models, 7);
}

TEST(ShardedCheckpoint, FingerprintIsThatOfTheContent) {
  const Shards shards;
  const ScratchFolder single;
  writeShard(single / "model.safetensors", {"c", "b", "a"});
  const std::string fingerprint = shards.open().fingerprint();
  EXPECT_EQ(ShardedCheckpoint(single.path()).fingerprint(), fingerprint) << "sharding and order don't matter";
  std::string other = test::safetensorsBytes("{" + test::floatEntry("a", 0, 8) + "," + test::floatEntry("b", 8, 16) +
                                                 "," + test::floatEntry("c", 16, 24) + "}",
                                             24);
  other.back() = '\1';
  writeBytes(single / "model.safetensors", other);
  EXPECT_NE(ShardedCheckpoint(single.path()).fingerprint(), fingerprint) << "one changed byte does";
}

TEST(ShardedCheckpoint, AFolderWithoutWeightsSaysWhatItLacks) {
  const ScratchFolder folder;
  const Error none = errorOf([&] { ShardedCheckpoint{folder.path()}; });
  EXPECT_EQ(none.code(), ErrorCode::FileNotFound);
  EXPECT_EQ(none.where(), folder.path().string());
  EXPECT_THAT(none.text(), HasSubstr("model.safetensors"));
  writeBytes(folder / "pytorch_model.bin", "x");
  EXPECT_THAT(errorOf([&] { ShardedCheckpoint{folder.path()}; }).remedy(),
              HasSubstr("convert the model to safetensors"));
  EXPECT_EQ(errorOf([&] { ShardedCheckpoint{folder / "none"}; }).code(), ErrorCode::FileNotFound);
}

TEST(ShardedCheckpoint, AMissingShardIsNamed) {
  const Shards shards;
  fs::remove(shards.folder / "two");
  const Error error = shards.refusal();
  EXPECT_EQ(error.code(), ErrorCode::FileNotFound);
  EXPECT_EQ(error.where(), (shards.folder / "two").string());
  EXPECT_THAT(error.remedy(), HasSubstr("download the missing shard"));
}

TEST(ShardedCheckpoint, ATruncatedShardIsNamed) {
  const Shards shards;
  fs::resize_file(shards.folder / "two", fs::file_size(shards.folder / "two") - 1);
  const Error error = shards.refusal();
  EXPECT_EQ(error.code(), ErrorCode::FileTruncated);
  EXPECT_EQ(error.where(), (shards.folder / "two").string() + ": tensor c");
}

TEST(ShardedCheckpoint, NoShardLeavesTheFolder) {
  for (const char* shard : {"../one", "..", ".", "", "/etc/passwd", "sub/one", "..\\\\one", "one\\u0000", "one\\n"}) {
    const Shards shards("\"a\":\"" + std::string(shard) + "\"");
    const Error error = shards.refusal();
    EXPECT_EQ(error.code(), ErrorCode::Malformed) << shard;
    EXPECT_EQ(error.where(), (shards.folder / kIndex).string());
    EXPECT_THAT(error.text(), HasSubstr("tensor a: shard \""));
    EXPECT_THAT(error.remedy(), HasSubstr("files beside it"));
  }
}

TEST(ShardedCheckpoint, NoLinkLeavesTheFolder) {
  const ScratchFolder elsewhere;
  writeShard(elsewhere / "one", {"a", "b"});
  const Shards shards;
  fs::remove(shards.folder / "one");
  fs::create_symlink(elsewhere / "one", shards.folder / "one");
  const Error error = shards.refusal();
  EXPECT_EQ(error.code(), ErrorCode::Malformed);
  EXPECT_EQ(error.where(), (shards.folder / "one").string());
  EXPECT_THAT(error.text(), HasSubstr((elsewhere / "one").string()));
  EXPECT_THAT(error.remedy(), HasSubstr("put the file itself"));

  fs::remove(shards.folder / "one");
  fs::rename(shards.folder / "two", shards.folder / "three");
  fs::create_symlink("three", shards.folder / "two");
  writeShard(shards.folder / "one", {"a", "b"});
  EXPECT_NO_THROW(shards.open()) << "a link inside the folder is fine";
}

TEST(ShardedCheckpoint, FollowsTheLinksOfAHuggingFaceCache) {
  const ScratchFolder cache;
  fs::create_directories(cache / "snapshots" / "4d3c");
  fs::create_directories(cache / "blobs");
  const fs::path snapshot = cache / "snapshots" / "4d3c";
  writeShard(cache / "blobs" / "77aa", {"a"});
  writeShard(cache / "secret", {"b"});
  fs::create_symlink("../../blobs/77aa", snapshot / "one");
  writeBytes(snapshot / kIndex, R"({"weight_map":{"a":"one"}})");
  EXPECT_EQ(ShardedCheckpoint(snapshot).totalBytes(), 8u);
  fs::create_symlink("../../secret", snapshot / "two");
  writeBytes(snapshot / kIndex, R"({"weight_map":{"a":"one","b":"two"}})");
  EXPECT_EQ(errorOf([&] { ShardedCheckpoint{snapshot}; }).code(), ErrorCode::Malformed);
}

TEST(ShardedCheckpoint, IndexAndShardsMustAgree) {
  const Error misplaced = Shards(R"("a":"one","b":"two")").refusal();
  EXPECT_EQ(misplaced.code(), ErrorCode::MissingTensor);
  EXPECT_THAT(misplaced.text(), HasSubstr("tensor b"));
  EXPECT_THAT(misplaced.remedy(), HasSubstr("download both again"));

  const Shards twice;
  writeShard(twice.folder / "two", {"c", "a"});
  const Error error = twice.refusal();
  EXPECT_EQ(error.code(), ErrorCode::Malformed);
  EXPECT_THAT(error.text(), HasSubstr("tensor a is in two shards, one and two"));
}

TEST(ShardedCheckpoint, DoubtsAreWarnings) {
  const Shards unlisted(R"("a":"one","c":"two")");
  const ShardedCheckpoint checkpoint = unlisted.open();
  ASSERT_EQ(checkpoint.diagnostics().size(), 1u);
  EXPECT_EQ(checkpoint.diagnostics()[0].code, "checkpoint.unlisted_tensor");
  EXPECT_THAT(checkpoint.diagnostics()[0].text, HasSubstr("first b"));
  EXPECT_FALSE(checkpoint.contains("b"));

  const std::string all = R"("a":"one","b":"one","c":"two")";
  const auto totalWarnings = [&](const std::string& total) {
    return Shards(all, R"("metadata":{"total_size":)" + total + "},").open().diagnostics();
  };
  EXPECT_TRUE(totalWarnings("24").empty());
  EXPECT_TRUE(totalWarnings("24.0").empty());
  ASSERT_EQ(totalWarnings("25").size(), 1u);
  EXPECT_EQ(totalWarnings("25")[0].code, "checkpoint.total_size");
  EXPECT_THAT(totalWarnings("-1e300")[0].text, HasSubstr("the tensors hold 24"));
}

TEST(ShardedCheckpoint, TheIndexIsStrictJson) {
  for (const char* text : {"", "[]", "{}", R"({"weight_map":{}})", R"({"weight_map":[]})", R"({"weight_map":{"a":1}})",
                           R"({"weight_map":{"a":"one","a":"one"}})"}) {
    const Shards shards;
    writeBytes(shards.folder / kIndex, text);
    const Error error = shards.refusal();
    EXPECT_EQ(error.code(), ErrorCode::Malformed) << text;
    EXPECT_EQ(error.where(), (shards.folder / kIndex).string());
  }
}

}  // namespace
}  // namespace oscope::checkpoint
