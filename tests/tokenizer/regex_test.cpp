#include "analysis/checkpoint/tokenizer/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/expect_error.h"

namespace oscope::checkpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> matches(const std::string& pattern, const std::string& text) {
  std::vector<std::string> found;
  Regex(pattern, "test").forEachMatch(text, [&](std::size_t begin, std::size_t end) {
    found.push_back(text.substr(begin, end - begin));
    return true;
  });
  return found;
}

// Expectations are what Oniguruma finds (through the Hugging Face library's Split), where PCRE2 by itself would differ.
TEST(Regex, KeepsOnigurumasMeanings) {
  EXPECT_THAT(matches(R"(\s)", "a\u180e\u0085\u2028\u200b"), ElementsAre("\u0085", "\u2028"));
  EXPECT_THAT(matches(R"(\w+)", "a\u0301_\u203f-\u00b2\u2460"), ElementsAre("a\u0301_\u203f", "\u00b2"));
  EXPECT_THAT(matches(R"(\h+)", "12 xyz fF"), ElementsAre("12", "fF"));
  EXPECT_THAT(matches(R"(\v)", "\n\v\f"), ElementsAre("\v"));
  EXPECT_THAT(matches(R"(\p{N}{1,3}+)", "1234567"), ElementsAre("1234567"));
  EXPECT_THAT(matches(R"(\d{3}?)", "1234567"), ElementsAre("123", "456", ""));
  EXPECT_THAT(matches(R"(a{,2})", "aaab"), ElementsAre("aa", "a", ""));
  EXPECT_THAT(matches(R"((?m:.))", "\n"), ElementsAre("\n"));
  EXPECT_THAT(matches(R"(.)", "\n"), IsEmpty());
  EXPECT_THAT(matches(R"(b$)", "b\nb\n"), ElementsAre("b", "b"));
  EXPECT_THAT(matches(R"(^b)", "b\nb\n"), ElementsAre("b", "b"));
  EXPECT_THAT(matches(R"([a[b[:digit:]]]+)", "xab1[]"), ElementsAre("ab1"));
  EXPECT_THAT(matches(R"([^a[bc]]+)", "xabcy"), ElementsAre("x", "y"));
  EXPECT_THAT(matches("[\\u3040-\u309f]+", "x\u3042\u3043"), ElementsAre("\u3042\u3043"));
  EXPECT_THAT(matches(R"(\p{Han}+)", "\u6f22\u3001\u5b57"), ElementsAre("\u6f22", "\u5b57"));  // U+3001: scx only
  EXPECT_THAT(matches(R"(\p{^L}|\P{Letter})", "a1"), ElementsAre("1"));
  EXPECT_THAT(matches(R"(\bth)", "th _th a-th \u00e9th"), ElementsAre("th", "th"));
  EXPECT_THAT(matches(R"([-a\]\-z]+)", "-]az-b"), ElementsAre("-]az-"));
}

TEST(Regex, LeavesOutEmptyMatchesBehindAMatch) {
  EXPECT_THAT(matches("x*", "axxb"), ElementsAre("", "xx", ""));
  EXPECT_THAT(matches("(?=b)", "abb"), ElementsAre("", ""));
}

TEST(Regex, StopsWhereTheVisitorSaysSo) {
  int seen = 0;
  EXPECT_FALSE(Regex("a", "test").forEachMatch("aaa", [&](std::size_t, std::size_t) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST(Regex, RefusesWhatItCannotTranslate) {
  for (const char* pattern : {R"(\R)",      R"(\X)",     R"(\G)",     R"(\1)",     R"(\k<a>)",        R"((?<n>a))",
                              R"((*FAIL))", R"((?x:a))", R"(a(?i)b)", R"([a&&b])", R"([^[^a]])",      R"([[:word:]])",
                              R"([\W])",    R"([]a])",   R"([\d-z])", R"([a-\d])", R"(\p{Greekish})", R"(\pL)",
                              R"(\xe4)",    R"(a**)",    R"(*a)",     R"(a{3,1})", R"([b-a])",        "[a",
                              "a\\",        R"((?~a))",  R"(\Q[\E)"}) {
    const Error error = test::errorOf([&] { Regex(pattern, "m/tokenizer.json: pre_tokenizer"); });
    EXPECT_EQ(error.code(), ErrorCode::Unsupported) << pattern;
    EXPECT_EQ(error.where(), "m/tokenizer.json: pre_tokenizer");
  }
  for (const std::string& pattern : {std::string("(a"), std::string(), std::string(100'000, 'a')}) {
    EXPECT_EQ(test::errorOf([&] { Regex(pattern, "f"); }).code(), ErrorCode::Malformed);
  }
}

TEST(Regex, WorksOnLongTexts) {
  const std::string text = std::string(1 << 20, ' ') + "x";
  std::size_t total = 0;
  Regex(R"(\s+(?!\S)|\s+|(?:[a-z]|\d)+)", "test").forEachMatch(text, [&](std::size_t begin, std::size_t end) {
    total += end - begin;
    return true;
  });
  EXPECT_EQ(total, text.size());
  EXPECT_EQ(matches("(?:[a-z]|[0-9]x)+", std::string(1 << 18, 'b')).size(), 1u);
}

}  // namespace
}  // namespace oscope::checkpoint
