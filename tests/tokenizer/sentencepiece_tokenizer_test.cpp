// tokenizer.model files: one that the library's own trainer makes here, and the given one of 32,000 pieces.
#include "analysis/checkpoint/tokenizer/sentencepiece_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <fstream>

#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope::checkpoint {
namespace {

using Ids = std::vector<std::int32_t>;

const char* const kSentences[] = {"The quick brown fox jumps over the lazy dog.", "There they are: twelve birds.",
                                  "A workbench for the quantization of language models.",
                                  "The end. The end of the story. There is the other one."};

/// Long enough to be cut several times.
std::string longText() {
  std::string text;
  for (int i = 0; text.size() < (600u << 10); ++i) {
    text += kSentences[i % 4];
    text += i % 7 == 0 ? "\n\n  " : i % 5 == 0 ? " \n" : i % 3 == 0 ? "\n\xE6\xBC\xA2 " : "  ";
  }
  return text;
}

class SentencePieceTest : public testing::Test {
 protected:
  /// Trains tokenizer.model in the scratch folder; `more` are further flags of the trainer.
  std::filesystem::path train(const std::string& more = "") {
    const auto sentences = m_scratch / "sentences.txt";
    std::ofstream file(sentences);
    for (const char* sentence : kSentences) file << sentence << '\n';
    file.close();
    const auto status = sentencepiece::SentencePieceTrainer::Train(
        "--input=" + sentences.string() + " --model_prefix=" + (m_scratch / "tokenizer").string() +
        " --model_type=bpe --vocab_size=340 --byte_fallback=true --normalization_rule_name=identity"
        " --remove_extra_whitespaces=false --minloglevel=2 " +
        more);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return m_scratch / "tokenizer.model";
  }
  void write(const std::string& name, const std::string& content) { std::ofstream(m_scratch / name) << content; }

  test::ScratchFolder m_scratch;
};

TEST_F(SentencePieceTest, LongTextsAreCutWithoutATrace) {
  for (const char* more : {"", "--normalization_rule_name=nmt_nfkc --remove_extra_whitespaces=true",
                           "--treat_whitespace_as_suffix=true", "--add_dummy_prefix=false"}) {
    SCOPED_TRACE(more);
    const auto file = train(more);
    const auto tokenizer = loadTokenizerFile(file);
    sentencepiece::SentencePieceProcessor uncut;
    ASSERT_TRUE(uncut.Load(file.string()).ok());
    const std::string text = longText();
    Ids ids;
    ASSERT_TRUE(uncut.Encode(text, &ids).ok());
    EXPECT_EQ(tokenizer->encode(text, false), ids);
    ids.resize(100'000);
    EXPECT_EQ(tokenizer->encodeFirst(text, ids.size()), ids);
  }
}

TEST_F(SentencePieceTest, BosAndEosFollowTheConfig) {
  const auto file = train();
  const Ids plain = loadTokenizerFile(file)->encode("The end", false);
  const auto framed = [&](bool bos, bool eos) {
    Ids ids = plain;
    if (bos) ids.insert(ids.begin(), 1);
    if (eos) ids.push_back(2);
    return ids;
  };
  EXPECT_EQ(loadTokenizerFile(file)->encode("The end", true), framed(true, false));
  EXPECT_EQ(loadTokenizerFile(file)->startIds(), (Ids{1}));
  write("tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true})");
  EXPECT_EQ(loadTokenizer(m_scratch.path())->encode("The end", true), framed(false, true));
  write("tokenizer_config.json", R"({"add_bos_token": "yes"})");
  EXPECT_EQ(test::errorOf([&] { loadTokenizerFile(file); }).code(), ErrorCode::Malformed);
}

TEST_F(SentencePieceTest, ShowsAndDecodes) {
  const auto tokenizer = loadTokenizerFile(train());
  const Ids ids = tokenizer->encode("The \xE6\xBC\xA2 end", false);
  EXPECT_EQ(tokenizer->decode(ids), "The \xE6\xBC\xA2 end");
  EXPECT_EQ(tokenizer->specialIds(), (Ids{0, 1, 2}));
  EXPECT_EQ(tokenizer->vocabularySize(), 340);
  EXPECT_EQ(tokenizer->tokenText(3 + 0xE6), "<0xE6>");
  EXPECT_EQ(tokenizer->tokenText(ids.front()).front(), ' ');
  EXPECT_EQ(tokenizer->tokenText(340), "[340]");
}

TEST_F(SentencePieceTest, AddedTokensInATextAreRefused) {
  const auto file = train();
  write("added_tokens.json", R"({"<pad>": 340})");
  const auto tokenizer = loadTokenizerFile(file);
  EXPECT_FALSE(tokenizer->encode("The end", false).empty());
  const Error error = test::errorOf([&] { tokenizer->encode("The <pad> end", false); });
  EXPECT_EQ(error.code(), ErrorCode::Unsupported);
  EXPECT_THAT(error.text(), testing::HasSubstr("<pad>"));
}

TEST_F(SentencePieceTest, DamagedFilesAreNamed) {
  write("tokenizer.model", "this is no model");
  const Error error = test::errorOf([&] { loadTokenizer(m_scratch.path()); });
  EXPECT_EQ(error.code(), ErrorCode::Malformed);
  EXPECT_THAT(error.where(), testing::HasSubstr("tokenizer.model"));
  EXPECT_EQ(test::errorOf([&] { loadTokenizer(m_scratch / "nowhere"); }).code(), ErrorCode::FileNotFound);
  EXPECT_EQ(test::errorOf([&] { loadTokenizerFile(m_scratch / "none.model"); }).code(), ErrorCode::FileNotFound);
  EXPECT_EQ(test::errorOf([&] { loadTokenizerFile(m_scratch / "vocab.txt"); }).code(), ErrorCode::Unsupported);
}

TEST(SentencePieceGiven, EncodesAsThePythonPackageDoes) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const auto tokenizer = loadTokenizerFile(root / "tokenizers" / "llama2-32000.tokenizer.model");
  EXPECT_EQ(tokenizer->vocabularySize(), 32000);
  // sentencepiece 0.2.3 for Python.
  EXPECT_EQ(tokenizer->encode("Once upon a time,\n  \xE6\xBC\xA2\xE5\xAD\x97 don't 1234\xF0\x9F\x99\x82</s>", true),
            (Ids{1,     9038,  2501,  263,   931,   29892, 13,  259, 31652, 30578, 1016,  29915, 29873,
                 29871, 29896, 29906, 29941, 29946, 243,   162, 156, 133,   829,   29879, 29958}));
}

}  // namespace
}  // namespace oscope::checkpoint
