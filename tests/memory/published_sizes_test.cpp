// Sizes of published models from their configs alone: parameters, bytes at 16 bits, key/value cache of a token.
#include <gtest/gtest.h>

#include "analysis/model/open_model.h"
#include "quant/memory/memory_table.h"

namespace oscope::quant {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

struct Published {
  const char* name;
  const char* config;
  std::int64_t parameters;
  double gib;       ///< at 16 bits, rounded to 0.001
  double cacheKiB;  ///< of one token at 16 bits
};

void PrintTo(const Published& value, std::ostream* out) {
  *out << value.name;
}

#define LLAMA(h, f, l, nh, nkv, v)                                                                    \
  R"({"model_type": "llama", "tie_word_embeddings": false, "rms_norm_eps": 1e-5, "hidden_size": )" #h \
  R"(, "intermediate_size": )" #f R"(, "num_hidden_layers": )" #l R"(, "num_attention_heads": )" #nh  \
  R"(, "num_key_value_heads": )" #nkv R"(, "vocab_size": )" #v "}"
#define BLOOM(h, l, nh) \
  R"({"model_type": "bloom", "vocab_size": 250880, "hidden_size": )" #h R"(, "n_layer": )" #l R"(, "n_head": )" #nh "}"
#define OPT(h, f, l, nh)                                                                                           \
  R"({"model_type": "opt", "vocab_size": 50272, "max_position_embeddings": 2048, "activation_function": "relu", )" \
  R"("word_embed_proj_dim": )" #h R"(, "hidden_size": )" #h R"(, "ffn_dim": )" #f R"(, "num_hidden_layers": )" #l  \
  R"(, "num_attention_heads": )" #nh "}"

class PublishedSizes : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedSizes, FollowFromTheConfig) {
  const Published& expected = GetParam();
  const model::ModelGraph graph =
      model::graphOfConfig(checkpoint::HfConfig(parseJson(expected.config, expected.name), expected.name));
  EXPECT_EQ(graph.parameters, expected.parameters);
  const MemoryEstimate token = estimateMemory(graph, parseMemoryScheme("W16A16"), 1, 1);
  EXPECT_NEAR(token.weightBytes / kGiB, expected.gib, 0.0006);
  EXPECT_DOUBLE_EQ(token.kvBytes / 1024, expected.cacheKiB);
}

INSTANTIATE_TEST_SUITE_P(
    Models, PublishedSizes,
    ::testing::Values(Published{"LLaMA-7B", LLAMA(4096, 11008, 32, 32, 32, 32000), 6738415616, 12.551, 512},
                      Published{"LLaMA-13B", LLAMA(5120, 13824, 40, 40, 40, 32000), 13015864320, 24.244, 800},
                      Published{"LLaMA-30B", LLAMA(6656, 17920, 60, 52, 52, 32000), 32528943616, 60.590, 1560},
                      Published{"LLaMA-65B", LLAMA(8192, 22016, 80, 64, 64, 32000), 65285660672, 121.604, 2560},
                      Published{"LLaMA-2-70B", LLAMA(8192, 28672, 80, 64, 8, 32000), 68976648192, 128.479, 320},
                      Published{"LLaMA-3-8B", LLAMA(4096, 14336, 32, 32, 8, 128256), 8030261248, 14.958, 128},
                      Published{"LLaMA-3-70B", LLAMA(8192, 28672, 80, 64, 8, 128256), 70553706496, 131.417, 320},
                      Published{"BLOOM-560m", BLOOM(1024, 24, 16), 559214592, 1.042, 96},
                      Published{"BLOOM-1b1", BLOOM(1536, 24, 16), 1065314304, 1.984, 144},
                      Published{"BLOOM-1b7", BLOOM(2048, 24, 16), 1722408960, 3.208, 192},
                      Published{"BLOOM-3b", BLOOM(2560, 30, 32), 3002557440, 5.593, 300},
                      Published{"BLOOM-7b1", BLOOM(4096, 30, 32), 7069016064, 13.167, 480},
                      Published{"BLOOM-176b", BLOOM(14336, 70, 112), 176247271424, 328.286, 3920},
                      Published{"OPT-125m", OPT(768, 3072, 12, 12), 125239296, 0.233, 36},
                      Published{"OPT-1.3b", OPT(2048, 8192, 24, 32), 1315758080, 2.451, 192},
                      Published{"OPT-13b", OPT(5120, 20480, 40, 40), 12853473280, 23.941, 800},
                      Published{"OPT-66b", OPT(9216, 36864, 64, 72), 65719701504, 122.412, 2304},
                      Published{"OPT-175b", OPT(12288, 49152, 96, 96), 174604468224, 325.226, 4608}));

}  // namespace
}  // namespace oscope::quant
