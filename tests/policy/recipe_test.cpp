#include "quant/policy/recipe.h"

#include <gmock/gmock.h>

#include "analysis/base/error.h"
#include "tests/support/test_data.h"

namespace oscope::quant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The message of the Error that reading `json` makes; empty where it is accepted.
std::string refusal(const Json& json) {
  try {
    recipeFromJson(json, "test.json");
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

Json goodJson() {
  return toJson(defaultRecipe());
}

TEST(Recipe, DefaultIsThePapersChoice) {
  const Recipe recipe = defaultRecipe();
  EXPECT_EQ(recipe.name, "FPTQ W4A8");
  EXPECT_EQ(recipe.v0, 15);
  EXPECT_EQ(recipe.v1, 150);
  EXPECT_EQ(recipe.weights, (WeightScheme{4, 128, true}));
  ASSERT_EQ(recipe.steps.size(), 2u);
  EXPECT_EQ(recipe.steps[0].method, "fptq");
  EXPECT_EQ(recipe.steps[1].method, "rtn");
  EXPECT_EQ(recipe.foldEdges, std::vector<std::string>{"norm"});
}

TEST(Recipe, BuiltinsAreCompleteAndSurviveJson) {
  ASSERT_GE(builtinRecipes().size(), 6u);
  EXPECT_EQ(builtinRecipes().front().id, "fptq-w4a8");
  for (const BuiltinRecipe& builtin : builtinRecipes()) {
    EXPECT_EQ(recipeFromJson(toJson(builtin.recipe), builtin.id), builtin.recipe) << builtin.id;
    EXPECT_EQ(loadRecipe(builtin.id), builtin.recipe);
    EXPECT_EQ(loadRecipe(builtin.recipe.name), builtin.recipe);
  }
}

TEST(Recipe, EverythingIsKeptInAFile) {
  Recipe recipe = defaultRecipe();
  recipe.name = "mine";
  recipe.v0 = 3.5;
  recipe.v1 = 6.2;
  recipe.weightOverrides["model.layers.0.mlp.down_proj"] = {8, 0, true};
  recipe.overrides[{3, SiteKind::FfnMid}] = Policy::Dynamic;
  recipe.foldEdges = {"norm", "up_rows"};
  recipe.rules = {DType::F32, 8, 127.5};
  recipe.snapshotHash = "abc";
  recipe.notes[{0, SiteKind::AttnIn}] = "looks odd";
  const test::ScratchFolder folder;
  saveRecipe(recipe, folder / "mine.json");
  EXPECT_EQ(loadRecipe((folder / "mine.json").string()), recipe);
}

TEST(Recipe, NamesWhatIsWrong) {
  Json json = goodJson();
  json["tresholds"] = Json::object();
  EXPECT_THAT(refusal(json), AllOf(HasSubstr("test.json"), HasSubstr("tresholds")));

  json = goodJson();
  json["thresholds"] = {{"v0", 150}, {"v1", 15}};
  EXPECT_THAT(refusal(json), AllOf(HasSubstr("v0 = 150"), HasSubstr("0 < v0 < v1")));

  json = goodJson();
  json["steps"][0]["method"] = "fptx";
  EXPECT_THAT(refusal(json), AllOf(HasSubstr("fptx"), HasSubstr("fptq, rtn")));

  json = goodJson();
  json["steps"][0]["params"]["alfa"] = 1;
  EXPECT_THAT(refusal(json), HasSubstr("alfa"));

  json = goodJson();
  json["steps"][0]["params"]["alpha"] = 9;
  EXPECT_THAT(refusal(json), HasSubstr("alpha"));

  json = goodJson();
  json["overrides"]["blocks.3.ffn"] = "dynamic";
  EXPECT_THAT(refusal(json), HasSubstr("blocks.3.ffn"));

  json = goodJson();
  json["overrides"]["blocks.3.ffn_mid"] = "dynamical";
  EXPECT_THAT(refusal(json), HasSubstr("dynamical"));

  json = goodJson();
  json["fold_edges"] = {"norms"};
  EXPECT_THAT(refusal(json), HasSubstr("norms"));

  json = goodJson();
  json["weights"]["bits"] = 9;
  EXPECT_THAT(refusal(json), HasSubstr("9 bits"));

  json = goodJson();
  json["weights"]["bits"] = "four";
  EXPECT_THAT(refusal(json), HasSubstr("bits"));

  json = goodJson();
  json["version"] = 2;
  EXPECT_THAT(refusal(json), HasSubstr("version 2"));

  json = goodJson();
  json["format"] = "something else";
  EXPECT_THAT(refusal(json), HasSubstr("no recipe"));

  json = goodJson();
  json["steps"] = Json::array();
  EXPECT_THAT(refusal(json), HasSubstr("no step"));

  json = goodJson();
  json["rules"]["scale_dtype"] = "I8";
  EXPECT_THAT(refusal(json), HasSubstr("I8"));

  EXPECT_EQ(refusal(goodJson()), "");
}

TEST(Recipe, SchemaKnowsWhatThisProgramWrites) {
  const Json schema = readJsonFile("resources/schemas/recipe.schema.json");  // tests run in the repository's root
  const Json& properties = schema.at("properties");
  Recipe recipe = defaultRecipe();
  recipe.weightOverrides["module"] = {8, 0, true};
  recipe.overrides[{3, SiteKind::FfnMid}] = Policy::Dynamic;
  recipe.notes[{3, SiteKind::FfnMid}] = "note";
  recipe.snapshotHash = "abc";
  const Json json = toJson(recipe);
  for (const auto& item : json.items()) EXPECT_TRUE(properties.contains(item.key())) << item.key();
  EXPECT_EQ(json.size(), properties.size()) << "every key of the schema is written";
  for (const char* object : {"thresholds", "rules"}) {
    EXPECT_EQ(json.at(object).size(), properties.at(object).at("properties").size()) << object;
    for (const auto& item : json.at(object).items()) {
      EXPECT_EQ(properties.at(object).at("properties").at(item.key()).at("default"), item.value()) << item.key();
    }
  }
  EXPECT_EQ(properties.at("version").at("const"), Recipe::kVersion);
  EXPECT_EQ(properties.at("format").at("const"), json.at("format"));
  EXPECT_EQ(properties.at("fold_edges").at("items").at("enum").get<std::vector<std::string>>(), knownFoldEdges());
  std::vector<std::string> policies;
  for (Policy policy : kPolicies) policies.emplace_back(toString(policy));
  EXPECT_EQ(properties.at("overrides").at("additionalProperties").at("enum").get<std::vector<std::string>>(), policies);
}

TEST(Recipe, AMissingFileListsTheBuiltins) {
  try {
    loadRecipe("no-such-recipe");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::FileNotFound);
    EXPECT_THAT(error.what(), HasSubstr("fptq-w4a8"));
  }
}

}  // namespace
}  // namespace oscope::quant
