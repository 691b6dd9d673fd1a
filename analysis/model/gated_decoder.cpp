#include "analysis/model/gated_decoder.h"

#include "analysis/model/graph_builder.h"
#include "analysis/model/rope_scaling.h"

namespace oscope::model {
namespace {

BlockGraph buildBlock(const ModelGraph& graph, int index, const std::string& prefix, float eps,
                      compute::Activation activation, const GatedDecoderOptions& options) {
  const std::int64_t hidden = graph.hidden, queries = graph.heads * graph.headDim, keys = graph.kvChannels();
  const std::string name = "layers." + std::to_string(index) + ".";
  BlockBuilder block(index, prefix + name, "model." + name);
  const int inputNorm = block.norm(NormKind::Rms, "input_layernorm", hidden, eps, true, false);
  const int postNorm = block.norm(NormKind::Rms, "post_attention_layernorm", hidden, eps, true, false);
  const int q = block.linear("self_attn.q_proj", "q", queries, hidden, options.qkvBias, SiteKind::AttnIn);
  const int k = block.linear("self_attn.k_proj", "k", keys, hidden, options.qkvBias, SiteKind::AttnIn);
  const int v = block.linear("self_attn.v_proj", "v", keys, hidden, options.qkvBias, SiteKind::AttnIn);
  const int o = block.linear("self_attn.o_proj", "o", hidden, queries, options.outBias, SiteKind::AttnOut);
  const int gate = block.linear("mlp.gate_proj", "gate", graph.ffn, hidden, options.mlpBias, SiteKind::FfnIn);
  const int up = block.linear("mlp.up_proj", "up", graph.ffn, hidden, options.mlpBias, SiteKind::FfnIn);
  const int down = block.linear("mlp.down_proj", "down", hidden, graph.ffn, options.mlpBias, SiteKind::FfnMid);
  const HeadsDesc qHeads = plainHeads(Slot::Q, graph.heads, graph.headDim);
  const HeadsDesc kHeads = plainHeads(Slot::K, graph.kvHeads, graph.headDim);
  const HeadsDesc vHeads = plainHeads(Slot::V, graph.kvHeads, graph.headDim);

  block.step(NormStep{inputNorm, Slot::Hidden, Slot::Normed});
  block.site(SiteKind::AttnIn, Slot::Normed, hidden, {q, k, v}, normEdge(inputNorm));
  block.step(LinearStep{q, Slot::Normed, Slot::Q});
  block.step(LinearStep{k, Slot::Normed, Slot::K});
  block.step(LinearStep{v, Slot::Normed, Slot::V});
  block.step(RopeStep{qHeads});
  block.step(RopeStep{kHeads});
  block.step(AttentionStep{qHeads, kHeads, vHeads, Slot::AttnOut});
  block.site(SiteKind::AttnOut, Slot::AttnOut, queries, {o}, valueEdge(v, graph, 0, graph.headDim));
  block.step(LinearStep{o, Slot::AttnOut, Slot::Proj});
  block.step(AddStep{Slot::Hidden, Slot::Proj});

  block.step(NormStep{postNorm, Slot::Hidden, Slot::Normed});
  block.site(SiteKind::FfnIn, Slot::Normed, hidden, {gate, up}, normEdge(postNorm));
  block.step(LinearStep{gate, Slot::Normed, Slot::Gate});
  block.step(LinearStep{up, Slot::Normed, Slot::Up});
  block.step(GateStep{activation, Slot::Gate, Slot::Up});
  block.site(SiteKind::FfnMid, Slot::Up, graph.ffn, {down}, rowEdge(up, graph.ffn, "up_rows"));
  block.step(LinearStep{down, Slot::Up, Slot::Proj});
  block.step(AddStep{Slot::Hidden, Slot::Proj});
  return block.finish();
}

}  // namespace

ModelGraph gatedDecoder(const checkpoint::HfConfig& config, const TensorCatalog* catalog,
                        const GatedDecoderOptions& options) {
  const Names names(catalog);
  ModelGraph graph;
  graph.hidden = config.dimension({"hidden_size"}, 1, kMostChannels);
  graph.ffn = config.dimension({"intermediate_size"}, 1, kMostChannels);
  graph.vocabulary = config.dimension({"vocab_size"});
  graph.maxPositions = config.integer({"max_position_embeddings", "max_sequence_length"}, 2048);
  graph.heads = config.dimension({"num_attention_heads"}, 1, kMostChannels);
  graph.kvHeads = config.integer({"num_key_value_heads"}, graph.heads);
  graph.headDim = config.integer({"head_dim"}, 0);
  setHeads(graph, config.where());
  graph.rope = ropeOfConfig(config, graph.headDim);
  graph.positionsLimited = ropeFollowsLength(config);
  graph.attention.scale = attentionScale(graph.headDim);
  graph.attention.window = options.window;

  const std::string prefix = names.prefix({"model.", ""}, "layers.0.input_layernorm.weight");
  const auto eps = static_cast<float>(config.number({"rms_norm_eps"}, 1e-6));
  const compute::Activation activation = parseActivation(config.text({"hidden_act"}, "silu"), config.where());
  setEmbeddingAndHead(graph, names, prefix + "embed_tokens.weight", "lm_head.weight", graph.hidden,
                      config.flag({"tie_word_embeddings"}, false));
  graph.head.norm = plainNorm(NormKind::Rms, prefix + "norm", graph.hidden, eps);
  const std::int64_t blocks = config.dimension({"num_hidden_layers"}, 1, kMostBlocks);
  for (int index = 0; index < blocks; ++index) {
    graph.blocks.push_back(buildBlock(graph, index, prefix, eps, activation, options));
  }
  return graph;
}

}  // namespace oscope::model
