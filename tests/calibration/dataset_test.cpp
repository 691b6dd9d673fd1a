#include "analysis/calibration/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/support/expect_error.h"
#include "tests/support/golden.h"
#include "tests/support/test_data.h"

namespace oscope::calibration {
namespace {

using test::errorOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Source = DatasetOptions::Source;

/// One id per byte, 3 + the byte; BOS is 1.
class ByteTokenizer : public checkpoint::Tokenizer {
 public:
  std::vector<std::int32_t> encode(std::string_view text, bool addSpecial) const override {
    std::vector<std::int32_t> ids;
    if (addSpecial) ids = startIds();
    for (const char c : text) ids.push_back(3 + static_cast<unsigned char>(c));
    return ids;
  }
  std::vector<std::int32_t> encodeFirst(std::string_view text, std::size_t count) const override {
    return encode(text.substr(0, count), false);
  }
  std::vector<std::int32_t> startIds() const override { return {1}; }
  std::string decode(const std::vector<std::int32_t>&) const override { return {}; }
  std::string tokenText(std::int32_t) const override { return {}; }
  std::int64_t vocabularySize() const override { return 259; }
  std::vector<std::int32_t> specialIds() const override { return {0, 1, 2}; }
};

constexpr std::int64_t kVocabulary = 259;

class DatasetTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(m_scratch / name, std::ios::binary) << content;
    return m_scratch / name;
  }
  static DatasetOptions options(Source source, const std::filesystem::path& file, std::int64_t samples,
                                std::int64_t length, std::int64_t firstSample = 0) {
    DatasetOptions result;
    result.source = source;
    result.file = file;
    result.samples = samples;
    result.length = length;
    result.firstSample = firstSample;
    return result;
  }
  Dataset load(const DatasetOptions& options, std::int64_t vocabulary = kVocabulary) const {
    return loadDataset(options, &m_tokenizer, vocabulary);
  }
  Error failure(const DatasetOptions& options, std::int64_t vocabulary = kVocabulary) const {
    return errorOf([&] { load(options, vocabulary); });
  }

  test::ScratchFolder m_scratch;
  ByteTokenizer m_tokenizer;
};

TEST_F(DatasetTest, TextIsCutIntoWindowsWithOneBosAtTheStart) {
  const auto file = write("t.txt", "abcdefgh");
  const Dataset data = load(options(Source::Text, file, 3, 3));
  EXPECT_THAT(data.ids, ElementsAre(1, 3 + 'a', 3 + 'b', 3 + 'c', 3 + 'd', 3 + 'e', 3 + 'f', 3 + 'g', 3 + 'h'));
  EXPECT_THAT(data.sample(1), ElementsAre(3 + 'c', 3 + 'd', 3 + 'e'));
  EXPECT_TRUE(data.bosAtStart);
  EXPECT_EQ(data.source, "text");
  EXPECT_EQ(data.fileName, "t.txt");

  const Dataset shard = load(options(Source::Text, file, 1, 3, 2));
  EXPECT_THAT(shard.ids, ElementsAre(3 + 'f', 3 + 'g', 3 + 'h'));
  EXPECT_EQ(shard.firstSample, 2);
  EXPECT_FALSE(shard.bosAtStart);
}

TEST_F(DatasetTest, TooLittleTextSaysHowMuchThereIs) {
  const Error error = failure(options(Source::Text, write("t.txt", "abcdefgh"), 3, 4));
  EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(error.where(), HasSubstr("t.txt"));
  EXPECT_THAT(error.text(), HasSubstr("2 windows of 4"));
  EXPECT_FALSE(error.remedy().empty());
  EXPECT_THAT(failure(options(Source::Text, write("empty.txt", ""), 1, 4)).text(), HasSubstr("0 windows"));
}

TEST_F(DatasetTest, TextNeedsATokenizer) {
  const auto asked = options(Source::Text, write("t.txt", "abc"), 1, 2);
  EXPECT_EQ(errorOf([&] { loadDataset(asked, nullptr, kVocabulary); }).code(), ErrorCode::InvalidArgument);
}

TEST_F(DatasetTest, AForeignTokenizerIsNoticed) {
  const Error error = failure(options(Source::Text, write("t.txt", "abcz"), 1, 5), 3 + 'z');
  EXPECT_EQ(error.code(), ErrorCode::Mismatch);
  EXPECT_THAT(error.text(), HasSubstr("window 0, token 4"));
}

TEST_F(DatasetTest, JsonlTextsAreJoinedByAnEmptyLine) {
  const auto file = write("t.jsonl", "{\"text\": \"ab\"}\n\n{\"id\": 7, \"text\": \"c\\u00e9\"}\r\n");
  const Dataset data = load(options(Source::Jsonl, file, 1, 8));
  EXPECT_THAT(data.ids, ElementsAre(1, 3 + 'a', 3 + 'b', 3 + '\n', 3 + '\n', 3 + 'c', 3 + 0xC3, 3 + 0xA9));
  EXPECT_TRUE(data.bosAtStart);
}

TEST_F(DatasetTest, JsonlIdsAreTakenAsTheyAre) {
  auto asked = options(Source::Jsonl, write("t.jsonl", "{\"ids\": [5, 6, 7]}\n{\"ids\": [8, 9]}"), 2, 2);
  asked.jsonKey = "ids";
  const Dataset data = load(asked);
  EXPECT_THAT(data.ids, ElementsAre(5, 6, 7, 8));
  EXPECT_FALSE(data.bosAtStart);
}

TEST_F(DatasetTest, JsonlErrorsNameTheLine) {
  const std::map<std::string, ErrorCode> broken{
      {"{\"text\": \"a\"}\n{\"text\": \"b\"", ErrorCode::Malformed},
      {"{\"text\": \"a\"}\n{\"body\": \"b\"}", ErrorCode::Malformed},
      {"{\"text\": \"a\"}\n{\"text\": 7}", ErrorCode::Malformed},
      {"{\"text\": \"a\"}\n[\"text\"]", ErrorCode::Malformed},
      {"{\"text\": \"a\"}\n{\"text\": [1]}", ErrorCode::Malformed},
      {"{\"text\": [1]}\n{\"text\": [259]}", ErrorCode::Mismatch},
      {"{\"text\": [1]}\n{\"text\": [1.5]}", ErrorCode::Mismatch},
      {"{\"text\": [1]}\n{\"text\": [-1]}", ErrorCode::Mismatch},
      {"{\"text\": \"a\"}\n{\"text\": \"\xFF\"}", ErrorCode::Malformed},
  };
  for (const auto& [content, code] : broken) {
    const Error error = failure(options(Source::Jsonl, write("t.jsonl", content), 1, 1));
    EXPECT_EQ(error.code(), code) << content;
    EXPECT_THAT(error.where(), HasSubstr("t.jsonl, line 2"));
  }
}

TEST_F(DatasetTest, TokensComeFromPlainText) {
  const auto file = write("ids.txt", " 1 2\n3\t4 5\r\n6 ");
  EXPECT_THAT(load(options(Source::Tokens, file, 2, 3)).ids, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(load(options(Source::Tokens, file, 1, 2, 2)).ids, ElementsAre(5, 6));
  EXPECT_THAT(failure(options(Source::Tokens, write("a.txt", "1 2x"), 1, 1)).where(), HasSubstr("a.txt, byte 2"));
  EXPECT_THAT(failure(options(Source::Tokens, write("b.txt", "1 999"), 1, 1)).where(), HasSubstr("b.txt, byte 2"));
  EXPECT_THAT(failure(options(Source::Tokens, write("c.txt", "-4"), 1, 1)).text(), HasSubstr("-4"));
  EXPECT_EQ(failure(options(Source::Tokens, m_scratch / "none.txt", 1, 1)).code(), ErrorCode::FileNotFound);
}

TEST_F(DatasetTest, TokensComeFromJson) {
  const auto rows = write("rows.json", "[[1, 2], [3, 4], [5, 6]]");
  EXPECT_THAT(load(options(Source::Tokens, rows, 2, 2, 1)).ids, ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(load(options(Source::Tokens, write("run.json", "[1, 2, 3, 4]"), 2, 2)).ids, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(failure(options(Source::Tokens, rows, 1, 3)).remedy(), HasSubstr("length 2"));
  EXPECT_THAT(failure(options(Source::Tokens, rows, 4, 2)).text(), HasSubstr("3 windows of 2"));
  EXPECT_THAT(failure(options(Source::Tokens, write("a.json", "[[1, 2], [3]]"), 1, 2)).where(), HasSubstr("[1]"));
  EXPECT_THAT(failure(options(Source::Tokens, write("b.json", "[[1, 2], [3, 300]]"), 1, 2)).where(),
              HasSubstr("[1][1]"));
  EXPECT_THAT(failure(options(Source::Tokens, write("c.json", "[[1, 2], 3]"), 1, 2)).code(), ErrorCode::Malformed);
}

TEST_F(DatasetTest, AFileOfRowsGivesItsOwnShapeWhereNoneIsAskedFor) {
  auto wanted = options(Source::Tokens, write("rows.json", "[[1, 2], [3, 4], [5, 6]]"), 128, 512, 1);
  wanted.lengthOfFile = true;
  wanted.samplesOfFile = true;
  const Dataset rest = load(wanted);
  EXPECT_EQ(rest.samples, 2);
  EXPECT_EQ(rest.length, 2);
  EXPECT_THAT(rest.ids, ElementsAre(3, 4, 5, 6));
  wanted.samples = 1;
  wanted.samplesOfFile = false;
  EXPECT_THAT(load(wanted).ids, ElementsAre(3, 4));
  wanted.firstSample = 3;
  wanted.samplesOfFile = true;
  EXPECT_THAT(failure(wanted).text(), HasSubstr("holds 6 tokens, 3 windows of 2"));
  wanted = options(Source::Tokens, write("run.txt", "1 2 3 4 5 6"), 2, 3);  // one run: cut as asked
  wanted.lengthOfFile = wanted.samplesOfFile = true;
  EXPECT_EQ(load(wanted).length, 3);
}

/// A safetensors file of one tensor, written by hand (formats.md section 4).
std::string safetensors(const std::string& header, const std::string& data) {
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size());
  return file + header + data;
}

TEST_F(DatasetTest, TokensComeFromSafetensors) {
  const std::string data("\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 16);
  const auto file =
      write("t.safetensors", safetensors(R"({"x":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}})", data));
  EXPECT_THAT(load(options(Source::Tokens, file, 2, 2)).ids, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(failure(options(Source::Tokens, file, 2, 2), 4).where(), HasSubstr("tensor x, element 3"));

  const auto wide =
      write("w.safetensors", safetensors(R"({"x":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}})", data));
  EXPECT_THAT(failure(options(Source::Tokens, wide, 1, 2)).text(), HasSubstr("8589934593"));
  const auto floats =
      write("f.safetensors", safetensors(R"({"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", data));
  EXPECT_EQ(failure(options(Source::Tokens, floats, 1, 2)).code(), ErrorCode::MissingTensor);
  const auto cube =
      write("c.safetensors", safetensors(R"({"x":{"dtype":"I32","shape":[1,2,2],"data_offsets":[0,16]}})", data));
  EXPECT_EQ(failure(options(Source::Tokens, cube, 1, 2)).code(), ErrorCode::WrongShape);
}

TEST_F(DatasetTest, RandomTokensDependOnSeedAndIndexAlone) {
  auto asked = options(Source::Random, {}, 6, 50);
  asked.seed = 42;
  const Dataset whole = load(asked);
  for (const auto& [first, count] : std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 2}, {2, 3}, {5, 1}}) {
    auto part = asked;
    part.firstSample = first;
    part.samples = count;
    const Dataset shard = load(part);
    const auto from = whole.ids.begin() + first * 50;
    EXPECT_EQ(shard.ids, std::vector<std::int32_t>(from, from + count * 50));
  }
  EXPECT_EQ(load(asked).hash(), whole.hash());
  asked.seed = 43;
  EXPECT_NE(load(asked).hash(), whole.hash());
  EXPECT_FALSE(whole.bosAtStart);
}

TEST_F(DatasetTest, RandomTokensAreTheSameEverywhere) {
  // Drawn by tests/interop/random_tokens.py, which shares nothing with the C++ library.
  auto asked = options(Source::Random, {}, 1, 6, 3);
  asked.seed = 7;
  EXPECT_THAT(load(asked).ids, ElementsAre(134, 215, 72, 55, 9, 77));
}

TEST_F(DatasetTest, RandomTokensAreUniformWithoutSpecialIds) {
  auto asked = options(Source::Random, {}, 64, 1024);
  const Dataset data = load(asked, 13);
  std::map<std::int32_t, int> counts;
  for (const auto id : data.ids) ++counts[id];
  EXPECT_EQ(counts.size(), 10u);
  EXPECT_EQ(counts.begin()->first, 3);
  EXPECT_EQ(counts.rbegin()->first, 12);
  const double expected = static_cast<double>(data.ids.size()) / 10;
  double chiSquared = 0;
  for (const auto& [id, count] : counts) chiSquared += (count - expected) * (count - expected) / expected;
  constexpr double kChiSquared9At1e6 = 46.0;  // a right generator fails once in more than a million seeds
  EXPECT_LT(chiSquared, kChiSquared9At1e6);
  EXPECT_EQ(failure(asked, 3).code(), ErrorCode::InvalidArgument);
}

TEST_F(DatasetTest, SenselessOptionsAreRefused) {
  for (const auto& [samples, length, first] : std::vector<std::array<std::int64_t, 3>>{
           {0, 4, 0}, {-1, 4, 0}, {1, 0, 0}, {1, 4, -1}, {std::int64_t{1} << 40, std::int64_t{1} << 40, 0}}) {
    EXPECT_EQ(failure(options(Source::Random, {}, samples, length, first)).code(), ErrorCode::InvalidArgument);
  }
  EXPECT_EQ(failure(options(Source::Random, {}, 1, 4), 0).code(), ErrorCode::InvalidArgument);
}

TEST(DatasetGolden, GivenWindowsAreReproduced) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  for (const char* model : {"stories260k", "tinystories-656k", "tiny-bloom", "stories260k-bf16-sharded"}) {
    SCOPED_TRACE(model);
    const auto tokenizer = checkpoint::loadTokenizer(root / "models" / model);
    DatasetOptions asked;
    asked.source = Source::Text;
    for (const auto& [text, golden, samples, length] :
         std::vector<std::tuple<std::string, std::string, std::int64_t, std::int64_t>>{
             {"tinystories-calib.txt", ".calibration.safetensors", 32, 128},
             {"tinystories-eval.txt", ".eval.safetensors", 64, 256}}) {
      asked.file = root / "texts" / text;
      asked.samples = samples;
      asked.length = length;
      const Dataset data = loadDataset(asked, tokenizer.get(), tokenizer->vocabularySize());
      const auto expected = test::GoldenFile(root / "golden" / (model + golden)).integers("token_windows");
      EXPECT_EQ(std::vector<std::int64_t>(data.ids.begin(), data.ids.end()), expected) << text;
    }
  }
}

TEST(DatasetGolden, GivenTokenFilesAreRead) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  DatasetOptions asked;
  asked.source = Source::Tokens;
  asked.file = root / "golden" / "tiny-random-llama-untied.calibration.safetensors";
  asked.samples = 32;
  asked.length = 128;
  const Dataset data = loadDataset(asked, nullptr, 512);
  EXPECT_EQ(data.ids.size(), 32u * 128u);
}

}  // namespace
}  // namespace oscope::calibration
