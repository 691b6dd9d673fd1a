// cases.json holds small tokenizers with the ids that the Hugging Face library makes with them; tests/interop/
// make_tokenizer_cases.py wrote it.
#include "analysis/checkpoint/tokenizer/hf_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/base/error.h"
#include "analysis/base/json.h"

namespace oscope::checkpoint {
namespace {

using Ids = std::vector<std::int32_t>;

const Json& caseFile() {
  static const Json kFile = readJsonFile("tests/tokenizer/cases.json");
  return kFile;
}

const Json& caseNamed(const std::string& name) {
  for (const Json& one : caseFile()["cases"]) {
    if (one["name"] == name) return one;
  }
  throw std::runtime_error("no case " + name);
}

/// The tokenizer.json that a case describes.
Json fileOf(const Json& one) {
  Json model = caseFile()["bases"][one["base"].get<std::string>()];
  for (const auto& [key, value] : one["model"].items()) model[key] = value;
  Json file{{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"model", model}};
  for (const char* part : {"added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    file[part] = one[part];
  }
  return file;
}

std::unique_ptr<Tokenizer> tokenizerOf(const std::string& name) {
  return readHfTokenizer(fileOf(caseNamed(name)), name + ".json");
}

TEST(HfTokenizer, EncodesAsTheLibraryDoes) {
  std::set<std::string> names;
  for (const Json& one : caseFile()["cases"]) {
    names.insert(one["name"].get<std::string>());
    SCOPED_TRACE(one["name"].get<std::string>());
    const auto tokenizer = readHfTokenizer(fileOf(one), "case.json");
    EXPECT_EQ(tokenizer->encode("a", true), one["framed_a"].get<Ids>());
    EXPECT_EQ(tokenizer->encode("a", false), one["plain_a"].get<Ids>());
    const Json& texts = caseFile()["texts"];
    for (std::size_t i = 0; i < texts.size(); ++i) {
      SCOPED_TRACE(texts[i].dump());
      EXPECT_EQ(tokenizer->encode(texts[i].get<std::string>(), false), one["ids"][i].get<Ids>());
    }
  }
  EXPECT_GE(names.size(), 40u);
}

TEST(HfTokenizer, DecodesAsTheLibraryDoes) {
  for (const Json& one : caseFile()["cases"]) {
    // The library writes added tokens that are matched after the normalizer in their normalized form.
    if (one["name"] == "added_tokens") continue;
    SCOPED_TRACE(one["name"].get<std::string>());
    const auto tokenizer = readHfTokenizer(fileOf(one), "case.json");
    for (std::size_t i = 0; i < one["ids"].size(); ++i) {
      EXPECT_EQ(tokenizer->decode(one["ids"][i].get<Ids>()), one["decoded"][i].get<std::string>());
    }
  }
}

TEST(HfTokenizer, FirstIdsAreABeginningOfAll) {
  for (const char* name : {"gpt2", "no_pre_tokenizer", "added_tokens", "metaspace_first_True"}) {
    SCOPED_TRACE(name);
    const auto tokenizer = tokenizerOf(name);
    const std::string text = "The dog's back <mask> x[mid]y and the end of 345 trees.";
    const Ids all = tokenizer->encode(text, false);
    for (std::size_t count = 0; count <= all.size() + 1; ++count) {
      const Ids first(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size())));
      EXPECT_EQ(tokenizer->encodeFirst(text, count), first);
    }
  }
}

TEST(HfTokenizer, SaysWhatIsSpecial) {
  const auto tokenizer = tokenizerOf("added_tokens");
  EXPECT_EQ(tokenizer->startIds(), (Ids{1}));
  EXPECT_EQ(tokenizer->specialIds(), (Ids{0, 1, 2, 400, 401}));
  EXPECT_EQ(tokenizer->vocabularySize(), 404);
}

TEST(HfTokenizer, ShowsTokensToAPerson) {
  const auto spaces = tokenizerOf("added_tokens");
  EXPECT_EQ(spaces->tokenText(spaces->encode("x", false).front()), " ");  // what the normalizer puts in front
  EXPECT_EQ(spaces->tokenText(3 + 0x0A), "<0x0A>");
  EXPECT_EQ(spaces->tokenText(400), "<mask>");
  EXPECT_EQ(spaces->tokenText(9999), "[9999]");
  EXPECT_EQ(spaces->tokenText(-1), "[-1]");

  const auto bytes = tokenizerOf("gpt2");
  EXPECT_EQ(bytes->tokenText(bytes->encode(" the", false).front()), " the");
  EXPECT_EQ(bytes->tokenText(bytes->encode("\xE6\xBC\xA2", false).front()), "<0xE6>");
}

TEST(HfTokenizer, RefusesTextThatIsNotUtf8WithItsPlace) {
  const auto tokenizer = tokenizerOf("gpt2");
  for (const auto& [text, place] : std::vector<std::pair<std::string, std::string>>{
           {"abc\xFF", "byte 3"}, {"\xC0\x80", "byte 0"}, {"a\xED\xA0\x80", "byte 1"}, {"ab\xE2\x82", "byte 2"}}) {
    try {
      tokenizer->encode(text, false);
      FAIL() << place;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::Malformed);
      EXPECT_THAT(error.where(), testing::HasSubstr(place));
    }
  }
}

}  // namespace
}  // namespace oscope::checkpoint
