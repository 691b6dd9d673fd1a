#include <gmock/gmock.h>

#include "quant/export/deploy_config.h"
#include "tests/export/exported_sample.h"
#include "tests/export/schema_check.h"
#include "tests/support/expect_error.h"

namespace oscope::quant {
namespace {

using test::ExportedSample;
using test::schemaViolation;
using ::testing::HasSubstr;

Json schemaOf(const char* name) {
  return readJsonFile(std::filesystem::path("resources/schemas") / name);
}

TEST(Schemas, FitWhatAnExportWrites) {
  Recipe recipe = defaultRecipe();
  recipe.overrides[{2, SiteKind::FfnMid}] = Policy::None;  // weight-only beside static and dynamic sites
  recipe.weightOverrides["model.layers.1.self_attn.o_proj"] = {8, 0, true};
  ExportedSample sample(recipe);
  sample.write();
  EXPECT_EQ(schemaViolation(schemaOf("deploy.schema.json"), readJsonFile(sample.folder() / "deploy.json")), "");
  const Json config = readJsonFile(sample.folder() / "config.json").at("quantization_config");
  EXPECT_EQ(schemaViolation(schemaOf("quantization_config.schema.json"), config), "");
}

TEST(Schemas, NameWhatDoesNotFit) {
  ExportedSample sample;
  sample.write();
  const Json schema = schemaOf("deploy.schema.json"), good = readJsonFile(sample.folder() / "deploy.json");
  Json bad = good;
  bad["sites"][1]["policy"] = "guess";
  EXPECT_THAT(schemaViolation(schema, bad), HasSubstr("$.sites[1].policy"));
  bad = good;
  bad["source"]["fingerprint"] = "short";
  EXPECT_THAT(schemaViolation(schema, bad), HasSubstr("$.source.fingerprint"));
  bad = good;
  bad["sites"][0]["activation"].erase("scale_bits");
  EXPECT_THAT(schemaViolation(schema, bad), HasSubstr("$.sites[0].activation"));
  bad = good;
  bad["extra"] = 1;
  EXPECT_THAT(schemaViolation(schema, bad), HasSubstr("$.extra"));
}

TEST(DeployConfig, ReadsBackWhatItWrote) {
  ExportedSample sample;
  sample.write();
  const Json written = readJsonFile(sample.folder() / "deploy.json");
  DeployConfig config = deployConfigFromJson(written, "deploy.json");
  for (DeploySite& site : config.sites) {
    // The vectors are in their own file; the JSON only says that they are there.
    if (!site.plan.foldEdge.empty()) site.plan.scale = {1.0f};
  }
  EXPECT_EQ(toJson(config), written);
}

TEST(DeployConfig, RefusesForeignAndNewerFiles) {
  ExportedSample sample;
  sample.write();
  Json json = readJsonFile(sample.folder() / "deploy.json");
  json["version"] = 2;
  EXPECT_EQ(test::errorOf([&] { deployConfigFromJson(json, "deploy.json"); }).code(), ErrorCode::Unsupported);
  json["schema"] = "something";
  EXPECT_EQ(test::errorOf([&] { deployConfigFromJson(json, "deploy.json"); }).code(), ErrorCode::Malformed);
}

TEST(FloatBits, SurviveTheWayThroughText) {
  for (const float value : {0.049560546875f, 1.0f, 3.4e38f, 1e-40f}) {
    EXPECT_EQ(floatFromBits(floatBits(value), "test"), value);
  }
  EXPECT_EQ(floatBits(1.0f), "3f800000");
  EXPECT_THROW(floatFromBits("3f80000", "test"), Error);
  EXPECT_THROW(floatFromBits("3f80000x", "test"), Error);
}

}  // namespace
}  // namespace oscope::quant
