#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/model/arch_registry.h"
#include "analysis/model/open_model.h"
#include "tests/support/expect_error.h"
#include "tests/support/tiny_model.h"

namespace oscope::model {
namespace {

using test::errorOf;
using test::tinyConfig;
using testing::HasSubstr;

ModelGraph graphOf(Json config) {
  return graphOfConfig(checkpoint::HfConfig(std::move(config), "config.json"));
}

Json fusedConfig(int heads, int headDim) {
  return Json{
      {"model_type", "bloom"}, {"hidden_size", heads * headDim}, {"n_layer", 1}, {"n_head", heads}, {"vocab_size", 32}};
}

Json learnedConfig() {
  return Json{{"model_type", "opt"},          {"hidden_size", 8},         {"ffn_dim", 12},
              {"num_hidden_layers", 1},       {"num_attention_heads", 2}, {"vocab_size", 16},
              {"max_position_embeddings", 32}};
}

TEST(Graph, GroupedQueriesShareTheirValueRows) {
  const ModelGraph graph = graphOf(tinyConfig());  // 4 heads of 4 over 2
  const SiteDesc& site = graph.site({1, SiteKind::AttnOut});
  ASSERT_TRUE(site.fold);
  EXPECT_EQ(site.fold->name, "v_rows");
  EXPECT_EQ(graph.blocks[1].linears[static_cast<std::size_t>(site.fold->producer)].role, "v");
  EXPECT_EQ(site.fold->rowOfChannel, (std::vector<std::int32_t>{0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7}));
}

TEST(Graph, FusedValueRowsInterleaveByHead) {
  const ModelGraph graph = graphOf(fusedConfig(2, 3));
  const FoldEdge& edge = *graph.site({0, SiteKind::AttnOut}).fold;
  EXPECT_EQ(edge.rowOfChannel, (std::vector<std::int32_t>{6, 7, 8, 15, 16, 17}));  // (head * 3 + 2) * 3 + d
  EXPECT_EQ(graph.blocks[0].linears[static_cast<std::size_t>(edge.producer)].role, "qkv");
}

TEST(Graph, EdgesOrReasonsForEverySite) {
  const ModelGraph gated = graphOf(tinyConfig());
  EXPECT_EQ(gated.site({0, SiteKind::AttnIn}).fold->name, "norm");
  EXPECT_EQ(gated.site({0, SiteKind::FfnMid}).fold->name, "up_rows");
  EXPECT_EQ(gated.sites().size(), 8u);
  const ModelGraph fused = graphOf(fusedConfig(2, 4));
  EXPECT_FALSE(fused.site({0, SiteKind::FfnMid}).fold);
  EXPECT_THAT(fused.site({0, SiteKind::FfnMid}).whyNoFold, HasSubstr("GeLU"));
  const ModelGraph learned = graphOf(learnedConfig());
  EXPECT_EQ(learned.site({0, SiteKind::FfnMid}).fold->name, "fc1_rows");
}

TEST(Graph, SaysWhereTheReferenceFlattensTokens) {
  const ModelGraph learned = graphOf(learnedConfig());
  EXPECT_FALSE(learned.site({0, SiteKind::AttnIn}).tokensFlattened);
  EXPECT_TRUE(learned.site({0, SiteKind::FfnIn}).tokensFlattened);
  EXPECT_TRUE(learned.site({0, SiteKind::FfnMid}).tokensFlattened);
  EXPECT_FALSE(graphOf(tinyConfig()).site({0, SiteKind::FfnMid}).tokensFlattened);
}

TEST(Graph, ANormThatFeedsTheResidualCanNotBeFolded) {
  Json fused = fusedConfig(2, 4);
  fused["apply_residual_connection_post_layernorm"] = true;
  EXPECT_THAT(graphOf(fused).site({0, SiteKind::AttnIn}).whyNoFold, HasSubstr("residual"));
  Json behind = learnedConfig();
  behind["do_layer_norm_before"] = false;
  const ModelGraph graph = graphOf(behind);
  EXPECT_THAT(graph.site({0, SiteKind::FfnIn}).whyNoFold, HasSubstr("residual"));
  EXPECT_FALSE(graph.head.norm);
  Json bare = learnedConfig();
  bare["layer_norm_elementwise_affine"] = false;
  EXPECT_FALSE(graphOf(bare).site({0, SiteKind::AttnIn}).fold);
}

TEST(Graph, BiasKeysAreHonoured) {
  Json config = tinyConfig();
  config["attention_bias"] = true;
  const BlockGraph block = graphOf(config).blocks[0];
  for (const LinearDesc& linear : block.linears) {
    const bool attention = linear.site == SiteKind::AttnIn || linear.site == SiteKind::AttnOut;
    EXPECT_EQ(!linear.bias.empty(), attention) << linear.role;
  }
}

TEST(Graph, RelativesOfTheGatedDecoderDifferInData) {
  Json windowed = tinyConfig();
  windowed["model_type"] = "mistral";
  windowed["sliding_window"] = 7;
  EXPECT_EQ(graphOf(windowed).attention.window, 7);
  windowed["sliding_window"] = nullptr;
  EXPECT_EQ(graphOf(windowed).attention.window, 0);
  Json biased = tinyConfig();
  biased["model_type"] = "qwen2";
  for (const LinearDesc& linear : graphOf(biased).blocks[0].linears) {
    EXPECT_EQ(!linear.bias.empty(), linear.site == SiteKind::AttnIn) << linear.role;
  }
  biased["use_sliding_window"] = true;
  EXPECT_EQ(errorOf([&] { graphOf(biased); }).code(), ErrorCode::Unsupported);
}

TEST(Graph, ImpossibleHeadsAreRefused) {
  for (const auto& [key, value] : {std::pair{"num_key_value_heads", 0}, {"head_dim", -4}, {"num_key_value_heads", 3}}) {
    Json config = tinyConfig();
    config[key] = value;
    EXPECT_EQ(errorOf([&] { graphOf(config); }).code(), ErrorCode::Malformed) << key;
  }
}

TEST(Graph, AlibiSlopesForAnyNumberOfHeads) {
  const std::vector<float> eight = graphOf(fusedConfig(8, 2)).attention.alibiSlopes;
  ASSERT_EQ(eight.size(), 8u);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(eight[static_cast<std::size_t>(i)], std::ldexp(1.0f, -i - 1));
  const std::vector<float> twelve = graphOf(fusedConfig(12, 2)).attention.alibiSlopes;
  ASSERT_EQ(twelve.size(), 12u);
  EXPECT_TRUE(std::equal(eight.begin(), eight.end(), twelve.begin()));
  const double rest[] = {0.707107, 0.353553, 0.176777, 0.088388};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(twelve[8 + i], rest[i], 5e-7);
}

TEST(Graph, UnknownModelsAndValuesAreRefusedByName) {
  Json config = tinyConfig();
  config["model_type"] = "mamba";
  Error error = errorOf([&] { graphOf(config); });
  EXPECT_EQ(error.code(), ErrorCode::Unsupported);
  EXPECT_THAT(error.text(), HasSubstr("mamba"));
  EXPECT_THAT(error.remedy(), HasSubstr("llama"));
  config = tinyConfig();
  config["hidden_act"] = "xielu";
  EXPECT_THAT(errorOf([&] { graphOf(config); }).text(), HasSubstr("xielu"));
  config = tinyConfig();
  config["num_attention_heads"] = 3;
  EXPECT_EQ(errorOf([&] { graphOf(config); }).code(), ErrorCode::Malformed);
}

TEST(Graph, EveryArchitectureHasItsOwnId) {
  std::vector<std::string> ids;
  for (const ArchSpec& spec : architectures()) ids.push_back(spec.id);
  EXPECT_THAT(ids, testing::IsSupersetOf({"llama", "bloom", "opt"}));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

}  // namespace
}  // namespace oscope::model
