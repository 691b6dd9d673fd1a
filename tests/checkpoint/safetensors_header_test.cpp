// The rules of formats.md section 4: those of the reference implementation and our stricter ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "analysis/base/error.h"
#include "analysis/checkpoint/safetensors_reader.h"
#include "tests/checkpoint/checkpoint_files.h"
#include "tests/support/expect_error.h"

namespace oscope::checkpoint {
namespace {

using test::errorOf;
using test::safetensorsBytes;
using testing::HasSubstr;

SafetensorsHeader parse(const std::string& file) {
  return parseSafetensorsHeader(std::as_bytes(std::span(file)), file.size(), "m.safetensors");
}

/// The refusal of a file made of `header` and `data` zero bytes: code, place and remedy are checked here.
std::string refusal(const std::string& header, std::size_t data = 0, ErrorCode code = ErrorCode::Malformed) {
  const Error error = errorOf([&] { parse(safetensorsBytes(header, data)); });
  EXPECT_EQ(error.code(), code) << header.substr(0, 200);
  EXPECT_THAT(error.where(), HasSubstr("m.safetensors"));
  EXPECT_FALSE(error.remedy().empty());
  return error.what();
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":[)" + shape + R"(],"data_offsets":[)" + offsets + "]}";
}

TEST(SafetensorsHeader, ReadsEntriesInFileOrder) {
  const SafetensorsHeader header =
      parse(safetensorsBytes(R"({"b":)" + entry("BF16", "3", "16,22") + R"(,"__metadata__":{"format":"pt"},"a":)" +
                                 entry("F32", "2,2", "0,16") + R"(,"empty":)" + entry("F16", "0,5", "16,16") + "}",
                             22));
  ASSERT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_EQ(header.tensors[0].shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(header.tensors[1].name, "empty");
  EXPECT_EQ(header.tensors[2].dtype, DType::BF16);
  EXPECT_EQ(header.tensors[2].end, 22u);
  EXPECT_EQ(header.metadata.at("format"), "pt");
}

TEST(SafetensorsHeader, AcceptsWhatTheFormatAllows) {
  EXPECT_TRUE(parse(safetensorsBytes("{}", 0)).tensors.empty());
  EXPECT_TRUE(parse(safetensorsBytes("{} \t\r\n ", 0)).tensors.empty());
  EXPECT_EQ(parse(safetensorsBytes(R"({"s":)" + entry("F64", "", "0,8") + "}", 8)).tensors[0].shape.size(), 0u);
  EXPECT_EQ(parse(safetensorsBytes(R"({"s":)" + entry("F4", "2,1", "0,1") + "}", 1)).tensors[0].dtype, DType::F4);
  EXPECT_EQ(parse(safetensorsBytes(R"({"s":)" + entry("F6_E3M2", "4", "0,3") + "}", 3)).tensors.size(), 1u);
  EXPECT_NO_THROW(parse(safetensorsBytes(R"({"s":)" + entry("U8", "1,1,1,1,1,1,1,1", "0,1") + "}", 1)));
  EXPECT_NO_THROW(parse(safetensorsBytes("{\"" + std::string(1024, 'n') + "\":" + entry("U8", "1", "0,1") + "}", 1)));
}

TEST(SafetensorsHeader, LengthFieldIsChecked) {
  EXPECT_EQ(errorOf([] { parse(""); }).code(), ErrorCode::FileTruncated);
  EXPECT_EQ(errorOf([] { parse("1234567"); }).code(), ErrorCode::FileTruncated);
  EXPECT_EQ(errorOf([] { parse(std::string(8, '\0')); }).code(), ErrorCode::Malformed);
  std::string file = safetensorsBytes("{}", 0);
  file[0] = 3;  // claims one byte more than the file holds
  const Error beyond = errorOf([&] { parse(file); });
  EXPECT_EQ(beyond.code(), ErrorCode::FileTruncated);
  EXPECT_THAT(beyond.remedy(), HasSubstr("fetch the file again"));
  file[7] = '\x80';  // more than 2^63
  EXPECT_EQ(errorOf([&] { parse(file); }).code(), ErrorCode::Malformed);
  for (int i = 0; i < 8; ++i) file[static_cast<std::size_t>(i)] = '\xFF';  // 8 + n overflows
  EXPECT_EQ(errorOf([&] { parse(file); }).code(), ErrorCode::Malformed);
}

TEST(SafetensorsHeader, MustBeStrictJson) {
  EXPECT_THAT(refusal(" {}"), HasSubstr("does not begin with '{' at byte 8"));
  refusal("\xEF\xBB\xBF{}");
  EXPECT_THAT(refusal("{"), HasSubstr("byte 9"));
  refusal("[]");
  refusal("{}x");
  refusal(std::string("{}\0{}", 5));
  refusal("{\"\xFF\":" + entry("U8", "1", "0,1") + "}", 1);
  refusal(R"({"a":)" + entry("U8", "1", "0,1") + ",}", 1);
}

TEST(SafetensorsHeader, NothingOccursTwice) {
  const std::string none = entry("U8", "0", "0,0");
  EXPECT_THAT(refusal(R"({"a":)" + none + R"(,"b":)" + none + R"(,"a":)" + none + "}"),
              HasSubstr("\"a\": the name occurs twice"));
  EXPECT_THAT(refusal(R"({"__metadata__":{},"a":)" + none + R"(,"__metadata__":{}})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"k":"1","k":"2"}})"), HasSubstr("\"k\" occurs twice"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})"),
              HasSubstr("header entry \"a\": key \"dtype\" occurs twice"));
}

TEST(SafetensorsHeader, EntriesHoldThreeKnownFields) {
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"extra":1}})"),
              HasSubstr("unknown key \"extra\""));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[0]}})"), HasSubstr("missing"));
  EXPECT_THAT(refusal(R"({"a":{}})"), HasSubstr("missing"));
  refusal(R"({"a":null})");
  refusal(R"({"a":[]})");
  refusal(R"({"a":1})");
  refusal(R"({"a":"x"})");
  refusal(R"({"a":{"dtype":{},"shape":[0],"data_offsets":[0,0]}})");
  refusal(R"({"a":{"dtype":["U8"],"shape":[0],"data_offsets":[0,0]}})");
  refusal(R"({"a":{"dtype":"U8","shape":[[0]],"data_offsets":[0,0]}})");
  refusal(R"({"a":{"dtype":"U8","shape":0,"data_offsets":[0,0]}})");
  refusal(R"({"__metadata__":{"a":1}})");
  refusal(R"({"__metadata__":{"a":{"b":"c"}}})");
  refusal(R"({"__metadata__":[]})");
}

TEST(SafetensorsHeader, DTypesAreTheKnownOnes) {
  EXPECT_THAT(refusal(R"({"a":)" + entry("I4", "2", "0,1") + "}", 1), HasSubstr("unknown dtype \"I4\""));
  refusal(R"({"a":)" + entry("f32", "1", "0,4") + "}", 4);
}

TEST(SafetensorsHeader, NumbersArePlainAndBounded) {
  for (const char* number : {"-1", "1.0", "1e0", "-0", "281474976710657", "18446744073709551616", "true", "null"}) {
    refusal(R"({"a":)" + entry("U8", number, "0,1") + "}", 1);
    refusal(R"({"a":)" + entry("U8", "1", std::string("0,") + number) + "}", 1);
  }
  EXPECT_THAT(refusal(R"({"a":)" + entry("U8", "1,1,1,1,1,1,1,1,1", "0,1") + "}", 1), HasSubstr("more than 8"));
  refusal(R"({"a":)" + entry("U8", "1", "0") + "}", 1);
  refusal(R"({"a":)" + entry("U8", "1", "0,1,1") + "}", 1);
}

TEST(SafetensorsHeader, ShapesFillTheirRange) {
  EXPECT_THAT(refusal(R"({"w":)" + entry("F32", "2", "0,4") + "}", 4), HasSubstr("tensor w"));
  refusal(R"({"a":)" + entry("F32", "1099511627776,1099511627776", "0,0") + "}");  // elements overflow
  refusal(R"({"a":)" + entry("F64", "140737488355328,4096", "0,0") + "}");         // bits overflow
  refusal(R"({"a":)" + entry("F4", "3", "0,1") + "}", 1);
  refusal(R"({"a":)" + entry("F4", "3", "0,2") + "}", 2);
  refusal(R"({"a":)" + entry("F6_E2M3", "1", "0,1") + "}", 1);
}

TEST(SafetensorsHeader, RangesTileTheData) {
  refusal(R"({"a":)" + entry("U8", "1", "0,1") + R"(,"b":)" + entry("U8", "1", "2,3") + "}", 3);     // hole
  refusal(R"({"a":)" + entry("U8", "2", "0,2") + R"(,"b":)" + entry("U8", "2", "1,3") + "}", 3);     // overlap
  refusal(R"({"a":)" + entry("U8", "1", "1,2") + "}", 2);                                            // not from 0
  refusal(R"({"a":)" + entry("U8", "1", "1,0") + "}", 1);                                            // backwards
  refusal(R"({"a":)" + entry("U8", "4", "0,4") + R"(,"b":)" + entry("U8", "4", "0,4") + "}", 4);     // shared
  EXPECT_THAT(refusal(R"({"a":)" + entry("U8", "4", "0,4") + "}", 9), HasSubstr("5 bytes follow"));  // a second file
}

TEST(SafetensorsHeader, ATruncatedFileIsCalledThat) {
  const std::string text =
      refusal(R"({"a":)" + entry("F32", "2", "0,8") + R"(,"last":)" + entry("F32", "2", "8,16") + "}", 14,
              ErrorCode::FileTruncated);
  EXPECT_THAT(text, HasSubstr("tensor last"));
  EXPECT_THAT(text, HasSubstr("byte 16"));
  EXPECT_THAT(text, HasSubstr("14 bytes"));
  EXPECT_THAT(text, HasSubstr("fetch the file again"));
}

TEST(SafetensorsHeader, CountsAndNamesAreBounded) {
  EXPECT_THAT(refusal("{\"" + std::string(1025, 'n') + "\":" + entry("U8", "1", "0,1") + "}", 1),
              HasSubstr("longer than 1024 bytes"));
  std::string many = "{\"__metadata__\":{";
  for (int i = 0; i < 65'537; ++i) many += "\"" + std::to_string(i) + "\":\"\",";
  many.back() = '}';
  EXPECT_THAT(refusal(many + "}"), HasSubstr("more than 65536 keys"));
}

}  // namespace
}  // namespace oscope::checkpoint
