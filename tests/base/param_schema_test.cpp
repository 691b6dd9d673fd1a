#include "analysis/base/param_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_error.h"

namespace oscope {
namespace {

using test::errorOf;
using testing::HasSubstr;

ParamSchema schema() {
  return {{"alpha", "Alpha", "", "", 0.5, 0.0, 1.0, {}},
          {"bits", "Bits", "", "bits", std::int64_t{4}, 2.0, 8.0, {}},
          {"clip", "Clip", "", "", false, {}, {}, {}},
          {"mode", "Mode", "", "", std::string("static"), {}, {}, {"static", "dynamic"}},
          {"free", "Free", "", "", 1.0, {}, {}, {}}};
}

Error jsonError(const char* text) {
  return errorOf([&] { ParamSet::fromJson(schema(), parseJson(text, "r"), "recipe.json"); });
}

TEST(ParamSet, StartsWithTheDefaults) {
  const ParamSet set(schema());
  EXPECT_EQ(set.number("alpha"), 0.5);
  EXPECT_EQ(set.integer("bits"), 4);
  EXPECT_FALSE(set.flag("clip"));
  EXPECT_EQ(set.text("mode"), "static");
  EXPECT_EQ(ParamSet::fromJson(schema(), Json(), "recipe.json"), set) << "null is an empty object";
  EXPECT_EQ(errorOf([&] { set.at("other"); }).code(), ErrorCode::Internal);
}

TEST(ParamSet, GoesThroughJson) {
  const Json object = parseJson(R"({"alpha":1,"clip":true,"mode":"dynamic"})", "r");
  const ParamSet set = ParamSet::fromJson(schema(), object, "recipe.json");
  EXPECT_EQ(set.number("alpha"), 1.0) << "a whole number is a number";
  EXPECT_EQ(ParamSet::fromJson(schema(), set.toJson(), "recipe.json"), set);
  EXPECT_EQ(set.toJson()["bits"], 4);
}

TEST(ParamSet, RefusesWhatTheSchemaDoesNotSay) {
  const Error unknown = jsonError(R"({"beta":1})");
  EXPECT_EQ(unknown.code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(unknown.where(), "recipe.json");
  EXPECT_THAT(unknown.text(), HasSubstr("\"beta\""));
  EXPECT_THAT(unknown.remedy(), HasSubstr("alpha, bits, clip, mode"));
  EXPECT_EQ(jsonError(R"({"bits":4.5})").code(), ErrorCode::Malformed);
  EXPECT_EQ(jsonError(R"({"bits":18446744073709551615})").code(), ErrorCode::Malformed) << "not -1";
  EXPECT_EQ(jsonError(R"({"clip":1})").code(), ErrorCode::Malformed);
  EXPECT_EQ(jsonError(R"({"alpha":null})").code(), ErrorCode::Malformed);
  EXPECT_EQ(jsonError("[]").code(), ErrorCode::Malformed);
  EXPECT_THAT(jsonError(R"({"bits":9})").text(), HasSubstr("more than 8"));
  EXPECT_THAT(jsonError(R"({"alpha":-0.1})").text(), HasSubstr("less than 0"));
  EXPECT_THAT(jsonError(R"({"mode":"other"})").text(), HasSubstr("one of: static, dynamic"));
}

TEST(ParamSet, ReadsTheTextOfTheCommandLine) {
  ParamSet set(schema());
  set.setFromText(schema(), "alpha", "0.25", "--set");
  set.setFromText(schema(), "bits", "8", "--set");
  set.setFromText(schema(), "clip", "true", "--set");
  set.setFromText(schema(), "mode", "dynamic", "--set");
  EXPECT_EQ(set.toJson().dump(), R"({"alpha":0.25,"bits":8,"clip":true,"free":1.0,"mode":"dynamic"})");
  const auto refused = [&](const char* key, const char* text) {
    return errorOf([&] { set.setFromText(schema(), key, text, "--set"); }).code();
  };
  EXPECT_EQ(refused("alpha", "0.25x"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("alpha", ""), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("alpha", "2"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("free", "nan"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("free", "inf"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("bits", "4.0"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("clip", "yes"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("mode", "Static"), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused("none", "1"), ErrorCode::InvalidArgument);
  EXPECT_EQ(set.number("alpha"), 0.25) << "a refused value changes nothing";
}

}  // namespace
}  // namespace oscope
