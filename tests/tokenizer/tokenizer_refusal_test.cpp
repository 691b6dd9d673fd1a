// Parts of tokenizer.json that nobody may guess at, and files that contradict themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/checkpoint/tokenizer/hf_tokenizer.h"
#include "tests/support/expect_error.h"

namespace oscope::checkpoint {
namespace {

using test::errorOf;
using testing::HasSubstr;

Json smallFile() {
  return parseJson(R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})", "small");
}

Error errorWith(const char* part, const char* json) {
  Json file = smallFile();
  file[part] = parseJson(json, part);
  return errorOf([&] { readHfTokenizer(file, "m/tokenizer.json"); });
}

Error modelErrorWith(const char* key, const char* json) {
  Json file = smallFile();
  file["model"][key] = parseJson(json, key);
  return errorOf([&] { readHfTokenizer(file, "m/tokenizer.json"); });
}

TEST(TokenizerRefusal, UnknownPartsAreNamed) {
  struct Case {
    const char *part, *json, *where, *what;
  };
  const Case cases[] = {
      {"normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "AA=="})", "normalizer", "\"Precompiled\""},
      {"normalizer", R"({"type": "BertNormalizer"})", "normalizer", "\"BertNormalizer\""},
      {"normalizer", R"({"type": "NFC", "mode": "new"})", "normalizer", "\"mode\""},
      {"normalizer", R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]})",
       "normalizer.normalizers[1]", "\"Nmt\""},
      {"normalizer", R"({"type": "Replace", "pattern": {"Glob": "*"}, "content": ""})", "normalizer.pattern",
       "\"Glob\""},
      {"pre_tokenizer", R"({"type": "UnicodeScripts"})", "pre_tokenizer", "\"UnicodeScripts\""},
      {"pre_tokenizer", R"({"type": "Split", "pattern": {"String": "a"}, "behavior": "Doubled", "invert": false})",
       "pre_tokenizer", "\"Doubled\""},
      {"pre_tokenizer", R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"})", "pre_tokenizer",
       "\"last\""},
      {"post_processor", R"({"type": "Sandwich"})", "post_processor", "\"Sandwich\""},
      {"decoder", R"({"type": "CTC"})", "decoder", "\"CTC\""},
      {"added_tokens", R"([{"id": 3, "content": "<x>", "shiny": true}])", "added_tokens[0]", "\"shiny\""},
      {"model", R"({"type": "Unigram", "vocab": [["a", -1.0]]})", "model", "\"Unigram\""},
      {"model", R"({"type": "WordPiece", "vocab": {}})", "model", "\"WordPiece\""},
      {"wishes", "{}", "m/tokenizer.json", "\"wishes\""},
  };
  for (const Case& one : cases) {
    const Error error = errorWith(one.part, one.json);
    EXPECT_EQ(error.code(), ErrorCode::Unsupported) << one.json;
    EXPECT_THAT(error.where(), HasSubstr("m/tokenizer.json"));
    EXPECT_THAT(error.where(), HasSubstr(one.where));
    EXPECT_THAT(error.text(), HasSubstr(one.what));
  }
}

TEST(TokenizerRefusal, DropoutIsRefusedUnlessOff) {
  EXPECT_EQ(modelErrorWith("dropout", "0.1").code(), ErrorCode::Unsupported);
  Json file = smallFile();
  file["model"]["dropout"] = 0.0;
  EXPECT_EQ(readHfTokenizer(file, "f")->encode("ab", false).size(), 1u);
}

TEST(TokenizerRefusal, ContradictionsAreMalformed) {
  struct Case {
    const char *key, *json, *what;
  };
  const Case cases[] = {
      {"vocab", R"({"a": 0, "b": 0, "ab": 2})", "same id"},
      {"vocab", R"({"a": 0, "b": 1, "ab": 99999999})", "ab"},
      {"vocab", R"({"a": -1, "b": 1, "ab": 2})", "\"a\""},
      {"vocab", R"({"a": "0"})", "\"a\""},
      {"vocab", "[]", "object"},
      {"merges", R"(["a c"])", "\"c\""},
      {"merges", R"(["b a"])", "\"ba\""},
      {"merges", R"(["ab"])", "one space"},
      {"merges", R"(["a  b"])", "one space"},
      {"merges", R"([["a", "b", "ab"]])", "merge"},
      {"merges", R"([7])", "merge"},
      {"merges", R"({})", "array"},
      {"unk_token", R"("<unk>")", "<unk>"},
      {"byte_fallback", "1", "byte_fallback"},
  };
  for (const Case& one : cases) {
    const Error error = modelErrorWith(one.key, one.json);
    EXPECT_EQ(error.code(), ErrorCode::Malformed) << one.json;
    EXPECT_THAT(error.where(), HasSubstr("m/tokenizer.json: model"));
    EXPECT_THAT(error.text(), HasSubstr(one.what));
  }
  EXPECT_EQ(errorWith("added_tokens", R"([{"id": 1, "content": "a"}])").code(), ErrorCode::Malformed);
  EXPECT_EQ(errorWith("added_tokens", R"([{"id": 7, "content": "a"}])").code(), ErrorCode::Malformed);
  EXPECT_EQ(errorWith("added_tokens", R"([{"id": 7, "content": "x"}, {"id": 8, "content": "x"}])").code(),
            ErrorCode::Malformed);
  EXPECT_EQ(errorWith("normalizer", "[]").code(), ErrorCode::Malformed);
  EXPECT_EQ(errorWith("model", "null").code(), ErrorCode::Malformed);
  EXPECT_EQ(errorWith("post_processor", R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}],
                                           "special_tokens": {}})")
                .code(),
            ErrorCode::Malformed);
}

TEST(TokenizerRefusal, GrowthWithoutBoundIsStopped) {
  std::string parts;
  for (int i = 0; i < 20; ++i) {
    parts += std::string(i ? "," : "") + R"({"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"})";
  }
  Json file = smallFile();
  file["normalizer"] = parseJson(R"({"type": "Sequence", "normalizers": [)" + parts + "]}", "normalizer");
  const auto grown = readHfTokenizer(file, "f");
  EXPECT_THAT(errorOf([&] { grown->encode("a", false); }).text(), HasSubstr("grow"));

  file = smallFile();
  file["decoder"] = parseJson(R"({"type": "Sequence", "decoders": [)" + parts + "]}", "decoder");
  const auto shown = readHfTokenizer(file, "f");
  EXPECT_THAT(errorOf([&] { shown->tokenText(0); }).text(), HasSubstr("grow"));
  EXPECT_THAT(errorOf([&] { shown->decode({0, 1}); }).text(), HasSubstr("grow"));
}

TEST(TokenizerRefusal, ExpressionsThatBacktrackForeverGiveUp) {
  Json file = smallFile();
  file["pre_tokenizer"] = parseJson(
      R"({"type": "Split", "pattern": {"Regex": "((a+)+)+\\d"}, "behavior": "Isolated", "invert": false})", "p");
  const auto tokenizer = readHfTokenizer(file, "m/tokenizer.json");
  const Error error = errorOf([&] { tokenizer->encode(std::string(200, 'a') + "b", false); });
  EXPECT_EQ(error.code(), ErrorCode::Unsupported);
  EXPECT_THAT(error.where(), HasSubstr("pre_tokenizer"));
}

}  // namespace
}  // namespace oscope::checkpoint
