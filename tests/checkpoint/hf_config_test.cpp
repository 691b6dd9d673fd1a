#include "analysis/checkpoint/hf_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checkpoint/checkpoint_files.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope::checkpoint {
namespace {

using test::errorOf;
using test::ScratchFolder;
using testing::HasSubstr;

HfConfig configOf(const char* text) {
  return {parseJson(text, "config.json"), "config.json"};
}

TEST(HfConfig, FindsTheFirstAlias) {
  const HfConfig config =
      configOf(R"({"n_embd":32,"hidden_size":null,"eps":1e-5,"tie":true,"act":"gelu","r":{"f":8}})");
  EXPECT_EQ(config.integer({"hidden_size", "n_embd"}), 32) << "null counts as absent";
  EXPECT_EQ(config.integer({"kv_heads"}, 7), 7);
  EXPECT_EQ(config.number({"eps"}), 1e-5);
  EXPECT_EQ(config.number({"n_embd"}), 32.0);
  EXPECT_EQ(config.number({"theta"}, 1e4), 1e4);
  EXPECT_TRUE(config.flag({"tie"}, false));
  EXPECT_EQ(config.text({"act"}, "silu"), "gelu");
  EXPECT_EQ(config.text({"none"}, "silu"), "silu");
  ASSERT_NE(config.object({"r"}), nullptr);
  EXPECT_EQ(config.object({"r"})->at("f"), 8);
  EXPECT_EQ(config.object({"none"}), nullptr);
}

TEST(HfConfig, NamesTheArchitecture) {
  EXPECT_EQ(configOf(R"({"model_type":"x","architectures":["XForCausalLM"]})").modelType(), "x");
  EXPECT_EQ(configOf(R"({"architectures":["XForCausalLM"]})").modelType(), "XForCausalLM");
  for (const char* text : {"{}", R"({"model_type":3})", R"({"architectures":[]})", R"({"architectures":[1]})"}) {
    EXPECT_THAT(errorOf([&] { configOf(text).modelType(); }).text(), HasSubstr("\"model_type\" or \"architectures\""));
  }
}

TEST(HfConfig, WrongValuesAreNamedWithAllAliases) {
  const HfConfig config = configOf(R"({"a":"64","b":1.5,"c":18446744073709551615,"d":0,"e":[1]})");
  const auto refused = [&](auto ask) {
    const Error error = errorOf(ask);
    EXPECT_EQ(error.code(), ErrorCode::Malformed);
    EXPECT_EQ(error.where(), "config.json");
    EXPECT_FALSE(error.remedy().empty());
    return error.text();
  };
  EXPECT_THAT(refused([&] {
                config.integer({"hidden_size", "n_embd"});
              }),
              HasSubstr("\"hidden_size\" or \"n_embd\" is missing"));
  EXPECT_THAT(refused([&] { config.integer({"a"}); }), HasSubstr("must be an integer, found \"64\""));
  EXPECT_THAT(refused([&] { config.integer({"b"}, 1); }), HasSubstr("found 1.5"));
  refused([&] { config.integer({"c"}); });
  refused([&] { config.number({"a"}); });
  refused([&] { config.flag({"d"}, true); });
  refused([&] { config.text({"e"}, ""); });
  refused([&] { config.object({"e"}); });
  EXPECT_THAT(refused([&] { config.dimension({"d"}); }), HasSubstr("outside [1, "));
  EXPECT_THAT(refused([&] { config.dimension({"none"}); }), HasSubstr("missing"));
}

TEST(HfConfig, LoadsAFolder) {
  const ScratchFolder folder;
  const Error missing = errorOf([&] { HfConfig::load(folder.path()); });
  EXPECT_EQ(missing.code(), ErrorCode::FileNotFound);
  EXPECT_THAT(missing.remedy(), HasSubstr("Hugging Face"));
  test::writeBytes(folder / "config.json", R"({"model_type":"x"})");
  EXPECT_EQ(HfConfig::load(folder.path()).modelType(), "x");
  EXPECT_EQ(HfConfig::load(folder.path()).where(), (folder / "config.json").string());
  test::writeBytes(folder / "config.json", "[1]");
  EXPECT_EQ(errorOf([&] { HfConfig::load(folder.path()); }).code(), ErrorCode::Malformed);
  test::writeBytes(folder / "config.json", R"({"a":1,"a":2})");
  EXPECT_EQ(errorOf([&] { HfConfig::load(folder.path()); }).code(), ErrorCode::Malformed);
}

TEST(HfConfig, LoadsTheGivenModels) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  for (const auto& folder : std::filesystem::directory_iterator(root / "models")) {
    EXPECT_FALSE(HfConfig::load(folder.path()).modelType().empty()) << folder.path();
  }
}

}  // namespace
}  // namespace oscope::checkpoint
