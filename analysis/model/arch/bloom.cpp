// BLOOM: LayerNorm with bias, also behind the embedding; fused query/key/value with rows (head * 3 + part) * headDim +
// d; ALiBi; tanh-GeLU MLP (architectures.md sections 2 to 4).
#include <bit>
#include <cmath>

#include "analysis/model/arch_spec.h"
#include "analysis/model/graph_builder.h"

namespace oscope::model {
namespace {

// The first 2^floor(log2 n) slopes are powers of one base; the rest are every other power of the next finer base.
std::vector<float> alibiSlopes(std::int64_t heads) {
  const auto whole = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(heads)));
  const double base = std::exp2(-8.0 / static_cast<double>(whole));
  const double finer = std::exp2(-4.0 / static_cast<double>(whole));
  std::vector<float> slopes;
  for (std::int64_t i = 1; i <= whole; ++i)
    slopes.push_back(static_cast<float>(std::pow(base, static_cast<double>(i))));
  for (std::int64_t i = 0; i < heads - whole; ++i) {
    slopes.push_back(static_cast<float>(std::pow(finer, static_cast<double>(2 * i + 1))));
  }
  return slopes;
}

BlockGraph buildBlock(const ModelGraph& graph, int index, const std::string& prefix, float eps, bool residualOfNorm) {
  const std::int64_t hidden = graph.hidden, dim = graph.headDim;
  const std::string name = "h." + std::to_string(index) + ".";
  BlockBuilder block(index, prefix + name, "transformer." + name);
  const int inputNorm = block.norm(NormKind::Layer, "input_layernorm", hidden, eps, true, true);
  const int postNorm = block.norm(NormKind::Layer, "post_attention_layernorm", hidden, eps, true, true);
  const int qkv = block.linear("self_attention.query_key_value", "qkv", 3 * hidden, hidden, true, SiteKind::AttnIn);
  const int dense = block.linear("self_attention.dense", "o", hidden, hidden, true, SiteKind::AttnOut);
  const int fc1 = block.linear("mlp.dense_h_to_4h", "fc1", graph.ffn, hidden, true, SiteKind::FfnIn);
  const int fc2 = block.linear("mlp.dense_4h_to_h", "fc2", hidden, graph.ffn, true, SiteKind::FfnMid);
  const auto part = [&](std::int64_t number) { return HeadsDesc{Slot::Qkv, graph.heads, dim, number * dim, 3 * dim}; };
  // Where the residual takes the norm's output, the norm has a reader besides the linears.
  const auto normSite = [&](SiteKind kind, int norm, int reader) {
    if (residualOfNorm) {
      block.step(CopyStep{Slot::Hidden, Slot::Normed});
      block.site(kind, Slot::Normed, hidden, {reader}, "the norm's output is also the residual stream");
    } else {
      block.site(kind, Slot::Normed, hidden, {reader}, normEdge(norm));
    }
  };

  block.step(NormStep{inputNorm, Slot::Hidden, Slot::Normed});
  normSite(SiteKind::AttnIn, inputNorm, qkv);
  block.step(LinearStep{qkv, Slot::Normed, Slot::Qkv});
  block.step(AttentionStep{part(0), part(1), part(2), Slot::AttnOut});
  block.site(SiteKind::AttnOut, Slot::AttnOut, hidden, {dense}, valueEdge(qkv, graph, 2 * dim, 3 * dim));
  block.step(LinearStep{dense, Slot::AttnOut, Slot::Proj});
  block.step(AddStep{Slot::Hidden, Slot::Proj});

  block.step(NormStep{postNorm, Slot::Hidden, Slot::Normed});
  normSite(SiteKind::FfnIn, postNorm, fc1);
  block.step(LinearStep{fc1, Slot::Normed, Slot::Up});
  block.step(ActivationStep{compute::Activation::GeluTanh, Slot::Up});
  block.site(SiteKind::FfnMid, Slot::Up, graph.ffn, {fc2}, "GeLU stands between fc1 and fc2");
  block.step(LinearStep{fc2, Slot::Up, Slot::Proj});
  block.step(AddStep{Slot::Hidden, Slot::Proj});
  return block.finish();
}

ModelGraph build(const checkpoint::HfConfig& config, const TensorCatalog* catalog) {
  const Names names(catalog);
  ModelGraph graph;
  graph.hidden = config.dimension({"hidden_size", "n_embed"}, 1, kMostChannels);
  graph.ffn = 4 * graph.hidden;
  graph.vocabulary = config.dimension({"vocab_size"});
  graph.maxPositions = config.integer({"seq_length", "max_position_embeddings"}, 2048);
  graph.heads = config.dimension({"n_head", "num_attention_heads"}, 1, kMostChannels);
  graph.kvHeads = graph.heads;
  setHeads(graph, config.where());
  graph.attention.scale = attentionScale(graph.headDim);
  graph.attention.alibiSlopes = alibiSlopes(graph.heads);

  const std::string prefix = names.prefix({"transformer.", ""}, "h.0.input_layernorm.weight");
  const auto eps = static_cast<float>(config.number({"layer_norm_epsilon"}, 1e-5));
  setEmbeddingAndHead(graph, names, prefix + "word_embeddings.weight", "lm_head.weight", graph.hidden,
                      config.flag({"tie_word_embeddings"}, true));
  graph.embedding.norm = plainNorm(NormKind::Layer, prefix + "word_embeddings_layernorm", graph.hidden, eps);
  graph.head.norm = plainNorm(NormKind::Layer, prefix + "ln_f", graph.hidden, eps);
  const bool residualOfNorm = config.flag({"apply_residual_connection_post_layernorm"}, false);
  const std::int64_t blocks = config.dimension({"n_layer", "num_hidden_layers"}, 1, kMostBlocks);
  for (int index = 0; index < blocks; ++index) {
    graph.blocks.push_back(buildBlock(graph, index, prefix, eps, residualOfNorm));
  }
  return graph;
}

}  // namespace

ArchSpec bloomSpec() {
  return {"bloom", {"bloom", "BloomForCausalLM", "BloomModel"}, {}, build};
}

}  // namespace oscope::model
