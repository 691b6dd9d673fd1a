// What is wrong with the input is said in one clear error, exit status 1, and nothing half-written stays behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/cli/damaged_model.h"
#include "tests/cli/run_program.h"

namespace oscope::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const char* const kWeight = "model.layers.2.mlp.up_proj.weight";

class BadInput : public testing::Test {
 protected:
  BadInput() : m_model(copySampleModel(m_folder.path())), m_snapshot(m_folder / "run.oscope.h5") {}

  std::vector<std::string> calibrateCommand() const {
    return {"calibrate", m_model.string(), "-o", m_snapshot.string(), "--random", "--samples", "4", "--length", "32"};
  }
  void calibrate() {
    const Outcome outcome = oscope(calibrateCommand());
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  /// Exit status 1, and one error: the last lines of stderr, with a remedy.
  static void expectError(const Outcome& outcome, const testing::Matcher<const std::string&>& text) {
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    EXPECT_THAT(outcome.err, text);
    const std::size_t first = outcome.err.find("oscope: ");
    ASSERT_NE(first, std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("oscope: ", first + 1), std::string::npos) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("remedy: "));
  }
  void expectInspectError(const testing::Matcher<const std::string&>& text) {
    expectError(oscope({"inspect", m_model.string()}), text);
  }

  ScratchFolder m_folder;
  fs::path m_model;
  fs::path m_snapshot;
};

TEST_F(BadInput, MissingShard) {
  const auto shards = splitInShards(m_model);
  ASSERT_EQ(oscope({"inspect", m_model.string()}).status, 0);
  fs::remove(m_model / shards[1]);
  expectInspectError(HasSubstr(shards[1]));
}

TEST_F(BadInput, PathInTheIndexThatLeavesTheFolder) {
  splitInShards(m_model);
  changeJson(m_model / "model.safetensors.index.json",
             [](Json& index) { index["weight_map"][kWeight] = "../model-00001-of-00002.safetensors"; });
  expectInspectError(AllOf(HasSubstr("model.safetensors.index.json"), HasSubstr("..")));
}

TEST_F(BadInput, TruncatedFile) {
  const fs::path file = m_model / "model.safetensors";
  fs::resize_file(file, fs::file_size(file) - 100);
  expectInspectError(HasSubstr("model.safetensors"));
}

TEST_F(BadInput, WrongDtype) {
  changeTensors(m_model, [](StoredTensors& tensors) { tensors[kWeight].dtype = DType::I16; });
  expectInspectError(AllOf(HasSubstr(kWeight), HasSubstr("I16")));
}

TEST_F(BadInput, WrongShape) {
  changeTensors(m_model,
                [](StoredTensors& tensors) { std::swap(tensors[kWeight].shape[0], tensors[kWeight].shape[1]); });
  expectInspectError(HasSubstr(kWeight));
}

TEST_F(BadInput, MissingTensor) {
  changeTensors(m_model, [](StoredTensors& tensors) { tensors.erase(kWeight); });
  expectInspectError(HasSubstr(kWeight));
}

TEST_F(BadInput, NanWeights) {
  changeTensors(m_model, [](StoredTensors& tensors) {
    const std::uint16_t nan = 0x7FC0;
    std::memcpy(tensors[kWeight].bytes.data() + 2000, &nan, sizeof nan);
  });
  expectError(oscope(calibrateCommand()), HasSubstr(kWeight));
  EXPECT_FALSE(fs::exists(m_snapshot));
}

TEST_F(BadInput, FileThatShrinksWhileItIsMapped) {
  auto command = calibrateCommand();
  command[6] = "256";
  command[8] = "256";
  Program program(command);
  ASSERT_TRUE(program.waitForError("calibrate: "));
  const fs::path file = m_model / "model.safetensors";
  fs::resize_file(file, fs::file_size(file) / 4);
  expectError(program.wait(), HasSubstr("model.safetensors"));
  EXPECT_FALSE(fs::exists(m_snapshot));
}

TEST_F(BadInput, UnknownTokenizerPart) {
  changeJson(m_model / "tokenizer.json", [](Json& tokenizer) { tokenizer["pre_tokenizer"] = {{"type", "Nonesuch"}}; });
  auto command = calibrateCommand();
  command[4] = "--text";
  command.insert(command.begin() + 5, (sampleFolder() / "calib.txt").string());
  expectError(oscope(command), AllOf(HasSubstr("tokenizer.json"), HasSubstr("Nonesuch")));
}

TEST_F(BadInput, TooLittleText) {
  auto command = calibrateCommand();
  command[4] = "--text";
  command.insert(command.begin() + 5, (sampleFolder() / "calib.txt").string());
  command[7] = "100000";
  expectError(oscope(command), HasSubstr("calib.txt"));
}

TEST_F(BadInput, SnapshotOfAnotherModel) {
  calibrate();
  changeTensors(m_model, [](StoredTensors& tensors) { tensors[kWeight].bytes[0] ^= std::byte{1}; });
  const fs::path out = m_folder / "out";
  expectError(oscope({"export", m_model.string(), m_snapshot.string(), "fptq-w4a8", "-o", out.string()}),
              HasSubstr(m_snapshot.filename().string()));
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(BadInput, RecipeOfAnotherSnapshot) {
  calibrate();
  const std::string recipe = m_folder / "recipe.json";
  ASSERT_EQ(oscope({"plan", m_snapshot.string(), "-o", recipe}).status, 0);
  fs::remove(m_snapshot);
  auto command = calibrateCommand();
  command.insert(command.end(), {"--seed", "7"});
  ASSERT_EQ(oscope(command).status, 0);
  const fs::path out = m_folder / "out";
  const Outcome outcome = oscope({"export", m_model.string(), m_snapshot.string(), recipe, "-o", out.string()});
  expectError(outcome, HasSubstr("snapshot"));
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(BadInput, DamagedRecipe) {
  calibrate();
  const fs::path recipe = m_folder / "recipe.json";
  writeJsonFile(recipe, {{"version", 1}, {"nonesuch", true}});
  expectError(oscope({"plan", m_snapshot.string(), "--recipe", recipe.string()}), HasSubstr("recipe.json"));
}

TEST_F(BadInput, DiskThatFillsUpDuringCalibration) {
  constexpr std::uint64_t kRoom = 64 << 10;
  auto command = calibrateCommand();
  expectError(oscopeWithFileSizeLimit(kRoom, command), HasSubstr("run.oscope.h5"));
  EXPECT_FALSE(fs::exists(m_snapshot));
  // With room again, the same command goes on.
  EXPECT_EQ(oscope(command).status, 0);
  EXPECT_TRUE(fs::exists(m_snapshot));
}

TEST_F(BadInput, DiskThatFillsUpDuringExport) {
  calibrate();
  const fs::path out = m_folder / "out";
  constexpr std::uint64_t kRoom = 256 << 10;
  expectError(oscopeWithFileSizeLimit(
                  kRoom, {"export", m_model.string(), m_snapshot.string(), "fptq-w4a8", "-o", out.string()}),
              HasSubstr("out"));
  for (const auto& entry : fs::directory_iterator(m_folder.path())) {
    EXPECT_TRUE(entry.path() == m_model || entry.path() == m_snapshot) << "left behind: " << entry.path();
  }
}

}  // namespace
}  // namespace oscope::test
