// Published parameter counts, from configs alone.
#include <gtest/gtest.h>

#include "analysis/model/open_model.h"

namespace oscope::model {
namespace {

Json gatedConfig(int hidden, int ffn, int blocks, int heads, int kvHeads, int vocabulary) {
  return Json{{"model_type", "llama"},       {"hidden_size", hidden},        {"intermediate_size", ffn},
              {"num_hidden_layers", blocks}, {"num_attention_heads", heads}, {"num_key_value_heads", kvHeads},
              {"vocab_size", vocabulary},    {"tie_word_embeddings", false}, {"max_position_embeddings", 2048}};
}

Json ofType(const char* type, Json config, bool tied = false) {
  config["model_type"] = type;
  config["tie_word_embeddings"] = tied;
  return config;
}

// The spellings of old and new files alternate, so that both are read.
Json alibiConfig(int hidden, int blocks, int heads) {
  if (blocks % 4 == 0) {
    return Json{{"model_type", "bloom"},
                {"n_embed", hidden},
                {"num_hidden_layers", blocks},
                {"num_attention_heads", heads},
                {"vocab_size", 250880}};
  }
  return Json{
      {"model_type", "bloom"}, {"hidden_size", hidden}, {"n_layer", blocks}, {"n_head", heads}, {"vocab_size", 250880}};
}

Json learnedConfig(int hidden, int ffn, int blocks, int heads, int width = 0) {
  Json config{{"model_type", "opt"},
              {"hidden_size", hidden},
              {"ffn_dim", ffn},
              {"num_hidden_layers", blocks},
              {"num_attention_heads", heads},
              {"vocab_size", 50272},
              {"max_position_embeddings", 2048}};
  if (width > 0) config["word_embed_proj_dim"] = width, config["do_layer_norm_before"] = false;
  return config;
}

struct Row {
  const char* name;
  Json config;
  std::int64_t parameters;
};

TEST(ParameterCounts, EqualThePublishedOnes) {
  const std::vector<Row> rows{
      {"LLaMA-7B", gatedConfig(4096, 11008, 32, 32, 32, 32000), 6738415616},
      {"LLaMA-13B", gatedConfig(5120, 13824, 40, 40, 40, 32000), 13015864320},
      {"LLaMA-30B", gatedConfig(6656, 17920, 60, 52, 52, 32000), 32528943616},
      {"LLaMA-65B", gatedConfig(8192, 22016, 80, 64, 64, 32000), 65285660672},
      {"LLaMA-2-70B", gatedConfig(8192, 28672, 80, 64, 8, 32000), 68976648192},
      {"LLaMA-3-8B", gatedConfig(4096, 14336, 32, 32, 8, 128256), 8030261248},
      {"Mistral-7B-v0.1", ofType("mistral", gatedConfig(4096, 14336, 32, 32, 8, 32000)), 7241732096},
      {"Qwen2-7B", ofType("qwen2", gatedConfig(3584, 18944, 28, 28, 4, 152064)), 7615616512},
      {"Qwen2-0.5B", ofType("qwen2", gatedConfig(896, 4864, 24, 14, 2, 151936), true), 494032768},
      {"BLOOM-560m", alibiConfig(1024, 24, 16), 559214592},
      {"BLOOM-1b1", alibiConfig(1536, 24, 16), 1065314304},
      {"BLOOM-1b7", alibiConfig(2048, 24, 16), 1722408960},
      {"BLOOM-3b", alibiConfig(2560, 30, 32), 3002557440},
      {"BLOOM-7b1", alibiConfig(4096, 30, 32), 7069016064},
      {"BLOOM-176b", alibiConfig(14336, 70, 112), 176247271424},
      {"OPT-125m", learnedConfig(768, 3072, 12, 12), 125239296},
      {"OPT-350m", learnedConfig(1024, 4096, 24, 16, 512), 331196416},
      {"OPT-1.3b", learnedConfig(2048, 8192, 24, 32), 1315758080},
      {"OPT-2.7b", learnedConfig(2560, 10240, 32, 32), 2651596800},
      {"OPT-6.7b", learnedConfig(4096, 16384, 32, 32), 6658473984},
      {"OPT-13b", learnedConfig(5120, 20480, 40, 40), 12853473280},
      {"OPT-30b", learnedConfig(7168, 28672, 48, 56), 29974540288},
      {"OPT-66b", learnedConfig(9216, 36864, 64, 72), 65719701504},
      {"OPT-175b", learnedConfig(12288, 49152, 96, 96), 174604468224},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(graphOfConfig(checkpoint::HfConfig(row.config, row.name)).parameters, row.parameters) << row.name;
  }
}

}  // namespace
}  // namespace oscope::model
