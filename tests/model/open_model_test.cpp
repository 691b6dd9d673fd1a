// Opening checkpoints that are spelled in other ways, incomplete or damaged.
#include "analysis/model/open_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/compute/cpu_backend.h"
#include "analysis/forward/forward_runner.h"
#include "analysis/model/weight_check.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

namespace oscope::model {
namespace {

using test::errorOf;
using test::TensorMap;
using test::tinyConfig;
using testing::AllOf;
using testing::HasSubstr;

Json fusedConfig() {
  return Json{{"model_type", "bloom"}, {"hidden_size", 12}, {"n_layer", 2}, {"n_head", 3}, {"vocab_size", 20}};
}

std::vector<float> logitsOf(const OpenedModel& model) {
  compute::CpuBackend backend(1);
  const std::vector<std::int32_t> ids{3, 1, 4, 1, 5, 9, 2, 6};
  return forward::forwardAll(model.graph, *model.weights, backend, ids, compute::SequenceLayout::uniform(2, 4));
}

void rename(TensorMap& tensors, const std::string& from, const std::string& to) {
  auto node = tensors.extract(from);
  ASSERT_FALSE(node.empty()) << from;
  node.key() = to;
  tensors.insert(std::move(node));
}

class OpenModel : public testing::Test {
 protected:
  OpenedModel open(const Json& config, const TensorMap& tensors) {
    const auto folder = m_scratch / std::to_string(m_models++);
    test::writeModel(folder, config, tensors);
    return openModel(folder);
  }
  Error errorOfOpening(const Json& config, const TensorMap& tensors) {
    return errorOf([&] { open(config, tensors); });
  }

  test::ScratchFolder m_scratch;
  int m_models = 0;
};

TEST_F(OpenModel, NamesWithAndWithoutPrefixAreTheSameModel) {
  const Json config = fusedConfig();
  TensorMap tensors = test::tinyTensors(config);
  const std::vector<float> expected = logitsOf(open(config, tensors));
  TensorMap bare;
  for (const auto& [name, tensor] : tensors) bare[name.substr(std::string("transformer.").size())] = tensor;
  const OpenedModel model = open(config, bare);
  EXPECT_EQ(model.graph.blocks[1].linears[0].module, "transformer.h.1.self_attention.query_key_value");
  EXPECT_EQ(model.graph.blocks[1].linears[0].weight, "h.1.self_attention.query_key_value.weight");
  EXPECT_EQ(logitsOf(model), expected);
}

TEST_F(OpenModel, ATiedPairMayBeStoredUnderEitherName) {
  for (Json config : {tinyConfig(), fusedConfig()}) {
    config["tie_word_embeddings"] = true;
    TensorMap tensors = test::tinyTensors(config);
    const OpenedModel usual = open(config, tensors);
    EXPECT_TRUE(usual.graph.head.tied);
    rename(tensors, usual.graph.embedding.tokens, "lm_head.weight");
    const OpenedModel other = open(config, tensors);
    EXPECT_EQ(other.graph.embedding.tokens, "lm_head.weight");
    EXPECT_EQ(other.graph.parameters, usual.graph.parameters);
    EXPECT_EQ(logitsOf(other), logitsOf(usual));
  }
}

TEST_F(OpenModel, OldRotaryTablesAreIgnoredAndStrangersReported) {
  const Json config = tinyConfig();
  TensorMap tensors = test::tinyTensors(config);
  tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = compute::makeHostTensor("", {1.0f, 2.0f}, {2});
  EXPECT_TRUE(open(config, tensors).diagnostics.empty());
  tensors["model.layers.0.adapter.weight"] = compute::makeHostTensor("", {1.0f}, {1});
  const OpenedModel model = open(config, tensors);
  ASSERT_EQ(model.diagnostics.size(), 1u);
  EXPECT_EQ(model.diagnostics[0].code, "checkpoint.unused_tensors");
  EXPECT_THAT(model.diagnostics[0].text, HasSubstr("adapter"));
}

TEST_F(OpenModel, AMissingTensorIsNamed) {
  TensorMap tensors = test::tinyTensors(tinyConfig());
  tensors.erase("model.layers.1.mlp.up_proj.weight");
  const Error error = errorOfOpening(tinyConfig(), tensors);
  EXPECT_EQ(error.code(), ErrorCode::MissingTensor);
  EXPECT_THAT(error.text(), AllOf(HasSubstr("model.layers.1.mlp.up_proj.weight"), HasSubstr("24, 16")));
}

TEST_F(OpenModel, AQuantizedCheckpointIsCalledSo) {
  Json config = tinyConfig();
  config["quantization_config"] = {{"quant_method", "awq"}};
  TensorMap tensors = test::tinyTensors(config);
  EXPECT_NO_THROW(open(config, tensors));  // what is there in float is taken
  tensors.erase("model.layers.1.mlp.up_proj.weight");
  EXPECT_THAT(errorOfOpening(config, tensors).text(),
              AllOf(HasSubstr("quantized already (awq)"), HasSubstr("up_proj")));
  EXPECT_THAT(errorOfOpening(config, tensors).remedy(), HasSubstr("float checkpoint"));
  config["quantization_config"] = {{"quant_method", 4}};
  EXPECT_THAT(errorOfOpening(config, tensors).text(), HasSubstr("quantized already"));
}

TEST_F(OpenModel, AnUntiedModelNeedsItsHead) {
  TensorMap tensors = test::tinyTensors(tinyConfig());
  tensors.erase("lm_head.weight");
  EXPECT_THAT(errorOfOpening(tinyConfig(), tensors).text(), HasSubstr("lm_head.weight"));
}

TEST_F(OpenModel, AWrongShapeShowsBoth) {
  TensorMap tensors = test::tinyTensors(tinyConfig());
  tensors["model.layers.0.self_attn.k_proj.weight"].shape = {4, 32};
  const Error error = errorOfOpening(tinyConfig(), tensors);
  EXPECT_EQ(error.code(), ErrorCode::WrongShape);
  EXPECT_THAT(error.where(), HasSubstr("k_proj"));
  EXPECT_THAT(error.text(), AllOf(HasSubstr("[4, 32]"), HasSubstr("[8, 16]")));
}

TEST_F(OpenModel, AWrongDTypeIsNamed) {
  TensorMap tensors = test::tinyTensors(tinyConfig());
  compute::HostTensor& tensor = tensors["model.layers.0.mlp.down_proj.weight"];
  tensor.dtype = DType::I32;  // of the same width
  const Error error = errorOfOpening(tinyConfig(), tensors);
  EXPECT_EQ(error.code(), ErrorCode::WrongDType);
  EXPECT_THAT(error.where(), HasSubstr("down_proj"));
  EXPECT_THAT(error.text(), HasSubstr("I32"));
}

TEST_F(OpenModel, NonFiniteWeightsAreFoundWithTheirPlace) {
  for (const DType dtype : {DType::F32, DType::BF16, DType::F16}) {
    TensorMap tensors = test::tinyTensors(tinyConfig(), dtype);
    EXPECT_NO_THROW({
      const OpenedModel model = open(tinyConfig(), tensors);
      requireFiniteBlock(model.graph, 0, *model.weights);
      requireFiniteEnds(model.graph, *model.weights);
    });
    compute::HostTensor& tensor = tensors["model.layers.1.self_attn.o_proj.weight"];
    const std::int64_t at = 5 * 16 + 7;
    void* data = const_cast<void*>(tensor.data);  // the map's own vector
    if (dtype == DType::F32) static_cast<float*>(data)[at] = NAN;
    if (dtype == DType::BF16) static_cast<std::uint16_t*>(data)[at] = 0xFF80;  // -infinity
    if (dtype == DType::F16) static_cast<std::uint16_t*>(data)[at] = 0x7E00;
    const OpenedModel model = open(tinyConfig(), tensors);
    EXPECT_NO_THROW(requireFiniteBlock(model.graph, 0, *model.weights));
    const Error error = errorOf([&] { requireFiniteBlock(model.graph, 1, *model.weights); });
    EXPECT_EQ(error.code(), ErrorCode::NonFinite);
    EXPECT_THAT(error.where(), HasSubstr("model.layers.1.self_attn.o_proj.weight"));
    EXPECT_THAT(error.text(), HasSubstr("row 5, column 7"));
  }
}

}  // namespace
}  // namespace oscope::model
