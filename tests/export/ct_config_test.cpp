#include "quant/export/ct_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/base/error.h"
#include "quant/export/exported_names.h"
#include "tests/export/ct_fixtures.h"

namespace oscope::quant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CtConfig, PutsEveryLinearIntoExactlyOnePlace) {
  const Json json = toJson(makeCtConfig(test::headOnlyGraph(), test::smallPlan(), CtContainer::Packed));
  EXPECT_EQ(json["quant_method"], "compressed-tensors");
  EXPECT_EQ(json["quantization_status"], "compressed");
  EXPECT_EQ(json["format"], "pack-quantized");
  EXPECT_THAT(json["ignore"].get<std::vector<std::string>>(),
              ElementsAre("model.layers.0.self_attn.o_proj", "lm_head"));
  ASSERT_EQ(json["config_groups"].size(), 2u);
  const Json& first = json["config_groups"]["group_0"];
  EXPECT_THAT(first["targets"].get<std::vector<std::string>>(),
              ElementsAre("model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj",
                          "model.layers.0.self_attn.v_proj"));
}

// formats.md section 2.1: the parser forbids unknown keys, and older ones lack the newest.
TEST(CtConfig, WritesExactlyTheKeysThatEveryVersionKnows) {
  const Json json = toJson(makeCtConfig(test::headOnlyGraph(), test::smallPlan(), CtContainer::Packed));
  EXPECT_EQ(json["config_groups"]["group_0"], Json::parse(R"({
      "targets": ["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj",
                  "model.layers.0.self_attn.v_proj"],
      "weights": {"num_bits": 4, "type": "int", "symmetric": true, "strategy": "group", "group_size": 16,
                  "dynamic": false, "block_structure": null, "actorder": null, "observer": "minmax",
                  "observer_kwargs": {}},
      "input_activations": {"num_bits": 8, "type": "int", "symmetric": true, "strategy": "tensor", "group_size": null,
                            "dynamic": false, "block_structure": null, "actorder": null, "observer": "minmax",
                            "observer_kwargs": {}},
      "output_activations": null, "format": "pack-quantized"})"));
  EXPECT_EQ(json["config_groups"]["group_1"], Json::parse(R"({
      "targets": ["model.layers.0.mlp.down_proj"],
      "weights": {"num_bits": 4, "type": "int", "symmetric": true, "strategy": "channel", "group_size": null,
                  "dynamic": false, "block_structure": null, "actorder": null, "observer": "minmax",
                  "observer_kwargs": {}},
      "input_activations": {"num_bits": 8, "type": "int", "symmetric": true, "strategy": "token", "group_size": null,
                            "dynamic": true, "block_structure": null, "actorder": null, "observer": null,
                            "observer_kwargs": {}},
      "output_activations": null, "format": "pack-quantized"})"));
}

TEST(CtConfig, KeepsW8A8InTheContainerThatAllClientsRead) {
  Plan plan = test::smallPlan();
  for (LinearPlan& linear : plan.sites[0].linears) linear.scheme = {8, 0, true};
  const Json json = toJson(makeCtConfig(test::headOnlyGraph(), plan, CtContainer::Packed));
  EXPECT_EQ(json["format"], "mixed-precision");
  EXPECT_EQ(json["config_groups"]["group_0"]["format"], "int-quantized");
  EXPECT_EQ(json["config_groups"]["group_1"]["format"], "pack-quantized");
}

// compressed-tensors 0.20 makes empty zero points of packed weights with their unpacked shape, so none ever fits.
TEST(CtConfig, KeepsAsymmetricWeightsInTheContainerThatLoads) {
  Plan plan = test::smallPlan();
  for (LinearPlan& linear : plan.sites[0].linears) linear.scheme.symmetric = false;
  const Json json = toJson(makeCtConfig(test::headOnlyGraph(), plan, CtContainer::Packed));
  EXPECT_EQ(json["config_groups"]["group_0"]["format"], "int-quantized");
  EXPECT_EQ(json["config_groups"]["group_1"]["format"], "pack-quantized");
}

TEST(CtConfig, ReadsBackWhatItWrote) {
  Plan plan = test::smallPlan();
  plan.sites[1].linears[0].scheme = {4, 8, false};  // weight-only, asymmetric
  for (const CtContainer container : {CtContainer::Packed, CtContainer::Int8}) {
    const CtConfig written = makeCtConfig(test::headOnlyGraph(), plan, container);
    const CtConfig read = ctConfigFromJson(toJson(written), "config.json");
    EXPECT_EQ(read.groups, written.groups);
    EXPECT_EQ(read.ignore, written.ignore);
    const CtScheme* scheme = read.find("model.layers.0.self_attn.o_proj");
    ASSERT_NE(scheme, nullptr);
    EXPECT_FALSE(scheme->weights.symmetric);
    EXPECT_EQ(scheme->activation, ActivationPlan::Granularity::Float);
    EXPECT_EQ(read.find("lm_head"), nullptr);
  }
}

/// Changes a good config and expects an error that mentions `word`.
void expectRefused(const std::function<void(Json&)>& change, const std::string& word) {
  Json json = toJson(makeCtConfig(test::headOnlyGraph(), test::smallPlan(), CtContainer::Packed));
  change(json);
  try {
    ctConfigFromJson(json, "config.json");
    FAIL() << "accepted; expected an error about " << word;
  } catch (const Error& error) {
    EXPECT_THAT(std::string(error.what()), HasSubstr(word));
  }
}

TEST(CtConfig, RefusesWhatItCannotReadBackByName) {
  expectRefused([](Json& j) { j["quant_method"] = "gptq"; }, "compressed-tensors");
  expectRefused([](Json& j) { j["config_groups"]["group_1"].erase("format"); }, "format");
  expectRefused([](Json& j) { j["config_groups"]["group_1"]["format"] = "marlin-24"; }, "marlin-24");
  expectRefused([](Json& j) { j["config_groups"]["group_1"]["targets"][0] = "re:.*down_proj"; }, "re:.*down_proj");
  expectRefused([](Json& j) { j["config_groups"]["group_1"]["targets"][0] = "Linear"; }, "Linear");
  expectRefused([](Json& j) { j["config_groups"]["group_1"]["targets"][0] = "model.layers.0.self_attn.q_proj"; },
                "model.layers.0.self_attn.q_proj");
  expectRefused([](Json& j) { j["ignore"].push_back("model.layers.0.mlp.down_proj"); }, "down_proj");
  expectRefused([](Json& j) { j["config_groups"]["group_0"]["weights"]["type"] = "float"; }, "type");
  expectRefused([](Json& j) { j["config_groups"]["group_0"]["weights"]["num_bits"] = 3; }, "int4 or int8");
  expectRefused([](Json& j) { j["config_groups"]["group_0"]["weights"]["actorder"] = "group"; }, "act-order");
  expectRefused([](Json& j) { j["config_groups"]["group_0"]["input_activations"]["strategy"] = "attn_head"; },
                "attn_head");
}

// Files of a bare decoder: config groups name modules of the full model, so the tensors must too.
TEST(ExportedNames, AddThePrefixThatTheSourceLacks) {
  model::ModelGraph graph = test::headOnlyGraph();
  graph.blocks.resize(1);
  graph.blocks[0].linears.resize(1);
  model::LinearDesc& linear = graph.blocks[0].linears[0];
  linear.module = "transformer.h.0.mlp.dense_h_to_4h";
  linear.weight = "h.0.mlp.dense_h_to_4h.weight";
  const ExportedNames bare(graph);
  EXPECT_EQ(bare.exported("word_embeddings.weight"), "transformer.word_embeddings.weight");
  EXPECT_EQ(bare.exported("lm_head.weight"), "lm_head.weight");
  linear.weight = linear.module + ".weight";
  EXPECT_EQ(ExportedNames(graph).exported("transformer.ln_f.weight"), "transformer.ln_f.weight");
}

}  // namespace
}  // namespace oscope::quant
