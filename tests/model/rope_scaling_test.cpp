#include "analysis/model/rope_scaling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/expect_error.h"

namespace oscope::model {
namespace {

compute::RopeParams ropeOf(Json config, std::int64_t dims) {
  config["max_position_embeddings"] = 2048;
  return ropeOfConfig(checkpoint::HfConfig(std::move(config), "config.json"), dims);
}

TEST(RopeScaling, DefaultFrequenciesAreThePowersOfTheta) {
  const compute::RopeParams rope = ropeOf({{"rope_theta", 10000.0}}, 8);
  ASSERT_EQ(rope.inverseFrequencies.size(), 4u);
  const double expected[] = {1.0, 0.1, 0.01, 0.001};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(rope.inverseFrequencies[i], expected[i], 1e-15);
  EXPECT_EQ(rope.attentionFactor, 1.0);
}

TEST(RopeScaling, ThetaMayStandInRopeParameters) {
  EXPECT_NEAR(ropeOf({{"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 1e6}}}}, 4).inverseFrequencies[1],
              1e-3, 1e-15);
}

TEST(RopeScaling, LinearDividesByTheFactor) {
  const compute::RopeParams rope = ropeOf({{"rope_scaling", {{"type", "linear"}, {"factor", 4.0}}}}, 4);
  EXPECT_DOUBLE_EQ(rope.inverseFrequencies[0], 0.25);
  EXPECT_DOUBLE_EQ(rope.inverseFrequencies[1], 0.0025);
}

// Values of transformers' _compute_llama3_parameters for the 3.1 config (theta 5e5, head 128): unchanged fast
// dimensions, a blend, and slow ones divided by 8.
TEST(RopeScaling, Llama3KeepsShortWavesAndStretchesLongOnes) {
  const Json scaling{{"rope_type", "llama3"},
                     {"factor", 8.0},
                     {"low_freq_factor", 1.0},
                     {"high_freq_factor", 4.0},
                     {"original_max_position_embeddings", 8192}};
  const compute::RopeParams plain = ropeOf({{"rope_theta", 500000.0}}, 128);
  const compute::RopeParams scaled = ropeOf({{"rope_theta", 500000.0}, {"rope_scaling", scaling}}, 128);
  EXPECT_EQ(scaled.inverseFrequencies[0], plain.inverseFrequencies[0]);
  EXPECT_EQ(scaled.inverseFrequencies[20], plain.inverseFrequencies[20]);
  EXPECT_DOUBLE_EQ(scaled.inverseFrequencies[63], plain.inverseFrequencies[63] / 8);
  const double f = plain.inverseFrequencies[32], smooth = (8192 * f / (2 * M_PI) - 1) / 3;
  ASSERT_TRUE(smooth > 0 && smooth < 1) << "dimension 32 lies in the blend";
  EXPECT_NEAR(scaled.inverseFrequencies[32], f * (smooth + (1 - smooth) / 8), 1e-15);
}

TEST(RopeScaling, YarnRampsAndScalesTheAttention) {
  const Json scaling{{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 512}};
  const compute::RopeParams plain = ropeOf(Json::object(), 64);
  const compute::RopeParams scaled = ropeOf({{"rope_scaling", scaling}}, 64);
  EXPECT_DOUBLE_EQ(scaled.inverseFrequencies.front(), plain.inverseFrequencies.front());
  EXPECT_DOUBLE_EQ(scaled.inverseFrequencies.back(), plain.inverseFrequencies.back() / 4);
  EXPECT_DOUBLE_EQ(scaled.attentionFactor, 0.1 * std::log(4.0) + 1.0);
  for (std::size_t i = 1; i < 32; ++i) {
    EXPECT_LE(scaled.inverseFrequencies[i] / plain.inverseFrequencies[i],
              scaled.inverseFrequencies[i - 1] / plain.inverseFrequencies[i - 1] + 1e-12);
  }
}

TEST(RopeScaling, DynamicIsTheDefaultWithinTheModelsPositions) {
  const Json dynamic{{"rope_scaling", {{"type", "dynamic"}, {"factor", 4.0}}}};
  EXPECT_EQ(ropeOf(dynamic, 8).inverseFrequencies, ropeOf(Json::object(), 8).inverseFrequencies);
  EXPECT_TRUE(ropeFollowsLength(checkpoint::HfConfig(dynamic, "config.json")));
  EXPECT_FALSE(ropeFollowsLength(checkpoint::HfConfig(Json::object(), "config.json")));
}

TEST(RopeScaling, OtherTypesAreRefusedByName) {
  const Error error = test::errorOf([] { ropeOf({{"rope_scaling", {{"type", "longrope"}}}}, 8); });
  EXPECT_EQ(error.code(), ErrorCode::Unsupported);
  EXPECT_THAT(error.text(), testing::HasSubstr("longrope"));
}

}  // namespace
}  // namespace oscope::model
