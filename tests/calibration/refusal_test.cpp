// What can't work is refused with a name and a remedy, and leaves nothing behind.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis/calibration/work_folder.h"
#include "tests/calibration/calibration_runs.h"
#include "tests/support/expect_error.h"

namespace oscope::test {
namespace {

class Refusal : public testing::Test {
 protected:
  Refusal() { writeRandomCheckpoint(m_folder / "model", {}); }

  Error refused(const calibration::CalibrateOptions& options, const calibration::Dataset& data) {
    const model::OpenedModel model = model::openModel(m_folder / "model");
    const Error error = errorOf([&] { calibrateModel(model, data, options); });
    EXPECT_FALSE(std::filesystem::exists(options.output));
    return error;
  }
  Error refused(const calibration::CalibrateOptions& options) { return refused(options, randomData(3, 16, 96)); }

  void poke(const std::string& tensor, std::int64_t element, float value) {
    pokeTensor(m_folder / "model", tensor, element, value);
  }

  const ScratchFolder m_folder;
};

TEST_F(Refusal, UnknownObserver) {
  auto options = fixedOptions(m_folder / "a.h5");
  options.observers = {"range", "horoscope"};
  const Error error = refused(options);
  EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
  EXPECT_NE(std::string(error.what()).find("horoscope"), std::string::npos);
  EXPECT_NE(error.remedy().find("token_absmax"), std::string::npos);
}

TEST_F(Refusal, BadOptions) {
  auto options = fixedOptions("");
  EXPECT_EQ(refused(options).code(), ErrorCode::InvalidArgument);
  options = fixedOptions(m_folder / "a.h5");
  options.microBatch = -1;
  EXPECT_EQ(refused(options).code(), ErrorCode::InvalidArgument);
  options = fixedOptions(m_folder / "a.h5");
  options.durableSeconds = std::nan("");
  EXPECT_EQ(refused(options).code(), ErrorCode::InvalidArgument);
}

TEST_F(Refusal, OutputFolderMissing) {
  const Error error = refused(fixedOptions(m_folder / "none/a.h5"));
  EXPECT_EQ(error.code(), ErrorCode::FileNotFound);
  EXPECT_FALSE(std::filesystem::exists(m_folder / "none"));
}

TEST_F(Refusal, TokenOutsideTheVocabulary) {
  auto data = randomData(3, 16, 96);
  data.ids[20] = 96;
  const Error error = refused(fixedOptions(m_folder / "a.h5"), data);
  EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(error.where(), "sample 1, position 4");
}

TEST_F(Refusal, SecondProcessInTheSameFolder) {
  const calibration::WorkFolder first(m_folder / "a.h5", Json{{"job", 1}}, false);
  const Error error = errorOf([&] {
    const calibration::WorkFolder second(m_folder / "a.h5", Json{{"job", 1}}, false);
  });
  EXPECT_NE(error.text().find("another process"), std::string::npos);
}

TEST_F(Refusal, NanInAWeightNamesTheTensor) {
  const std::string tensor = "model.layers.1.mlp.up_proj.weight";
  poke(tensor, 64 * 5 + 9, NAN);
  const Error error = refused(fixedOptions(m_folder / "a.h5"));
  EXPECT_EQ(error.code(), ErrorCode::NonFinite);
  EXPECT_NE(std::string(error.what()).find(tensor), std::string::npos) << error.what();
}

TEST_F(Refusal, InfinityInANormNamesTheTensor) {
  const std::string tensor = "model.layers.0.post_attention_layernorm.weight";
  poke(tensor, 3, std::numeric_limits<float>::infinity());
  const Error error = refused(fixedOptions(m_folder / "a.h5"));
  EXPECT_EQ(error.code(), ErrorCode::NonFinite);
  EXPECT_NE(std::string(error.what()).find(tensor), std::string::npos) << error.what();
}

TEST_F(Refusal, NanInTheEmbeddingNamesTheTensor) {
  const auto data = randomData(3, 16, 96);
  poke("model.embed_tokens.weight", data.ids[0] * std::int64_t{64}, NAN);
  const Error error = refused(fixedOptions(m_folder / "a.h5"), data);
  EXPECT_EQ(error.code(), ErrorCode::NonFinite);
  EXPECT_NE(std::string(error.what()).find("model.embed_tokens.weight"), std::string::npos) << error.what();
}

TEST_F(Refusal, OverflowNamesSiteChannelAndToken) {
  // Finite weights whose product is not: silu(gate) * up overflows in one channel of block 1.
  for (std::int64_t j = 0; j < 64; ++j) {
    poke("model.layers.1.mlp.up_proj.weight", 64 * 5 + j, 3e38f);
    poke("model.layers.1.mlp.gate_proj.weight", 64 * 5 + j, 3e38f);
  }
  const Error error = refused(fixedOptions(m_folder / "a.h5"));
  EXPECT_EQ(error.code(), ErrorCode::NonFinite);
  EXPECT_EQ(error.where(), "blocks.1.ffn_mid");
  EXPECT_NE(error.text().find("channel 5"), std::string::npos) << error.what();
  EXPECT_NE(error.text().find("sample 0, position"), std::string::npos) << error.what();
}

TEST_F(Refusal, AnOutputThatExistsStaysUntilTheNewOneIsReady) {
  const auto options = fixedOptions(m_folder / "a.h5");
  const model::OpenedModel model = model::openModel(m_folder / "model");
  const std::string before = calibrateModel(model, randomData(2, 16, 96), options).contentHash;
  poke("model.layers.1.mlp.up_proj.weight", 0, NAN);
  EXPECT_THROW(calibrateModel(model::openModel(m_folder / "model"), randomData(3, 16, 96), options), Error);
  EXPECT_EQ(stats::openSnapshot(options.output, true)->contentHash(), before);
}

}  // namespace
}  // namespace oscope::test
