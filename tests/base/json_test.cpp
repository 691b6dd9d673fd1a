#include "analysis/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope {
namespace {

using test::errorOf;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  const Error error = errorOf([&] { parseJson(text, "a.json", limits); });
  EXPECT_EQ(error.code(), ErrorCode::Malformed) << text;
  EXPECT_EQ(error.where(), "a.json");
  return error.text();
}

TEST(ParseJson, KeepsValuesAndOrder) {
  const Json value = parseJson(R"({"z":1,"a":[true,null,-2.5,"é"],"big":18446744073709551615})", "a.json");
  EXPECT_EQ(value.dump(), R"({"z":1,"a":[true,null,-2.5,"é"],"big":18446744073709551615})");
}

TEST(ParseJson, RefusesDuplicateKeysAtEveryDepth) {
  EXPECT_THAT(refusal(R"({"a":1,"a":1})"), HasSubstr("duplicate key \"a\""));
  EXPECT_THAT(refusal(R"([{"x":{"b":1,"c":2,"b":1}}])"), HasSubstr("duplicate key \"b\""));
  EXPECT_NO_THROW(parseJson(R"([{"a":1},{"a":{"a":1}}])", "a.json")) << "one name in several objects is no duplicate";
}

TEST(ParseJson, NamesTheByteWhereTheTextBreaks) {
  EXPECT_THAT(refusal("{\"a\":1,}"), HasSubstr("byte 7"));
  EXPECT_THAT(refusal("{} {}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"a\":\"\xC3\x28\"}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"a\":NaN}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("1e999"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"a\":\n"), HasSubstr("line 2, column 1: "));
  EXPECT_THAT(refusal("{\"a\":\n"), Not(HasSubstr("exception")));
}

TEST(ParseJson, ANulByteIsNoEnd) {
  EXPECT_THAT(refusal(std::string_view("{}\0{}", 5)), HasSubstr("byte 2: a NUL byte"));
  EXPECT_THAT(refusal(std::string_view("{}\0", 3)), HasSubstr("NUL byte"));
}

TEST(ParseJson, LimitsDepthAndSize) {
  EXPECT_NO_THROW(parseJson("[[[[]]]]", "a.json", {.maxDepth = 4}));
  EXPECT_THAT(refusal("[[[[]]]]", {.maxDepth = 3}), HasSubstr("deeper than 3"));
  EXPECT_THAT(refusal("[1,2,3]", {.maxBytes = 6}), HasSubstr("limit of 6"));
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("deeper than 32"));
}

TEST(ParseJson, MessagesStayShort) {
  EXPECT_LT(refusal("{\"" + std::string(100'000, 'k')).size(), 400u);
}

TEST(JsonFiles, ComeBackAsTheyWere) {
  const ScratchFolder scratch;
  const Json value = {{"b", 1}, {"a", {1.5, "x"}}};
  writeJsonFile(scratch / "a.json", value);
  EXPECT_EQ(readJsonFile(scratch / "a.json"), value);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 1) << "no temporary file remains";
}

TEST(JsonFiles, NameWhatCannotBeRead) {
  const ScratchFolder scratch;
  const Error missing = errorOf([&] { readJsonFile(scratch / "none.json"); });
  EXPECT_EQ(missing.code(), ErrorCode::FileNotFound);
  EXPECT_EQ(missing.where(), (scratch / "none.json").string());
  EXPECT_EQ(errorOf([&] { readJsonFile(scratch.path()); }).code(), ErrorCode::FileUnreadable);
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(errorOf([&] { readJsonFile(scratch / "pipe"); }).code(), ErrorCode::FileUnreadable);
  std::ofstream(scratch / "large.json") << "[1, 2, 3, 4]";
  EXPECT_EQ(errorOf([&] { readJsonFile(scratch / "large.json", {.maxBytes = 4}); }).code(), ErrorCode::Malformed);
}

TEST(JsonKeys, AreTyped) {
  const Json value = parseJson(R"({"i":3,"f":2.5,"s":"x","b":true,"n":null,"u":18446744073709551615})", "a.json");
  EXPECT_EQ(requireKey<std::int64_t>(value, "i", "a.json"), 3);
  EXPECT_EQ(requireKey<double>(value, "i", "a.json"), 3.0);
  EXPECT_EQ(requireKey<double>(value, "f", "a.json"), 2.5);
  EXPECT_EQ(requireKey<std::string>(value, "s", "a.json"), "x");
  EXPECT_TRUE(requireKey<bool>(value, "b", "a.json"));
  EXPECT_EQ(optionalKey<std::int64_t>(value, "n", 7, "a.json"), 7);
  EXPECT_EQ(optionalKey<std::int64_t>(value, "absent", 7, "a.json"), 7);

  EXPECT_THAT(errorOf([&] { requireKey<bool>(value, "absent", "a.json"); }).text(), HasSubstr("\"absent\" is missing"));
  EXPECT_THAT(errorOf([&] { requireKey<std::int64_t>(value, "f", "a.json"); }).text(),
              HasSubstr("\"f\" must be of type integer"));
  EXPECT_EQ(errorOf([&] { requireKey<std::int64_t>(value, "u", "a.json"); }).code(), ErrorCode::Malformed);
  EXPECT_EQ(errorOf([&] { optionalKey<bool>(value, "i", false, "a.json"); }).code(), ErrorCode::Malformed);
}

}  // namespace
}  // namespace oscope
