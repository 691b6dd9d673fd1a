// OPT: learned positions with an offset of 2, LayerNorm before (or, in the 350m model, behind) each half, ReLU MLP,
// optional projections around the blocks (architectures.md sections 2 to 4).
#include "analysis/model/arch_spec.h"
#include "analysis/model/graph_builder.h"

namespace oscope::model {
namespace {

struct Options {
  bool normBefore, bias, affine;
  compute::Activation activation;
};

constexpr float kEps = 1e-5f;  // no config key: the default of torch

BlockGraph buildBlock(const ModelGraph& graph, int index, const std::string& prefix, const Options& options) {
  const std::int64_t hidden = graph.hidden;
  const std::string name = "layers." + std::to_string(index) + ".";
  BlockBuilder block(index, prefix + name, "model.decoder." + name);
  const int attnNorm =
      block.norm(NormKind::Layer, "self_attn_layer_norm", hidden, kEps, options.affine, options.affine);
  const int ffnNorm = block.norm(NormKind::Layer, "final_layer_norm", hidden, kEps, options.affine, options.affine);
  const int q = block.linear("self_attn.q_proj", "q", hidden, hidden, options.bias, SiteKind::AttnIn);
  const int k = block.linear("self_attn.k_proj", "k", hidden, hidden, options.bias, SiteKind::AttnIn);
  const int v = block.linear("self_attn.v_proj", "v", hidden, hidden, options.bias, SiteKind::AttnIn);
  const int o = block.linear("self_attn.out_proj", "o", hidden, hidden, options.bias, SiteKind::AttnOut);
  const int fc1 = block.linear("fc1", "fc1", graph.ffn, hidden, options.bias, SiteKind::FfnIn);
  const int fc2 = block.linear("fc2", "fc2", hidden, graph.ffn, options.bias, SiteKind::FfnMid);

  // The site in front of q, k, v or of fc1. Behind-the-block norms feed the residual stream, too.
  const auto normSite = [&](SiteKind kind, int norm, std::vector<int> readers) {
    if (!options.normBefore) {
      block.step(CopyStep{Slot::Normed, Slot::Hidden});
      block.site(kind, Slot::Normed, hidden, std::move(readers), "the norm's output is also the residual stream");
      return;
    }
    block.step(NormStep{norm, Slot::Hidden, Slot::Normed});
    if (options.affine) {
      block.site(kind, Slot::Normed, hidden, std::move(readers), normEdge(norm));
    } else {
      block.site(kind, Slot::Normed, hidden, std::move(readers), "the norm has no weight to fold into");
    }
  };
  const auto addToHidden = [&](int norm) {
    block.step(AddStep{Slot::Hidden, Slot::Proj});
    if (!options.normBefore) block.step(NormStep{norm, Slot::Hidden, Slot::Hidden});
  };
  const auto heads = [&](Slot slot) { return plainHeads(slot, graph.heads, graph.headDim); };

  normSite(SiteKind::AttnIn, attnNorm, {q, k, v});
  block.step(LinearStep{q, Slot::Normed, Slot::Q});
  block.step(LinearStep{k, Slot::Normed, Slot::K});
  block.step(LinearStep{v, Slot::Normed, Slot::V});
  block.step(AttentionStep{heads(Slot::Q), heads(Slot::K), heads(Slot::V), Slot::AttnOut});
  block.site(SiteKind::AttnOut, Slot::AttnOut, hidden, {o}, valueEdge(v, graph, 0, graph.headDim));
  block.step(LinearStep{o, Slot::AttnOut, Slot::Proj});
  addToHidden(attnNorm);

  normSite(SiteKind::FfnIn, ffnNorm, {fc1});
  block.step(LinearStep{fc1, Slot::Normed, Slot::Up});
  block.step(ActivationStep{options.activation, Slot::Up});
  if (options.activation == compute::Activation::Relu) {
    block.site(SiteKind::FfnMid, Slot::Up, graph.ffn, {fc2}, rowEdge(fc1, graph.ffn, "fc1_rows"));
  } else {
    block.site(SiteKind::FfnMid, Slot::Up, graph.ffn, {fc2}, "the activation between fc1 and fc2 is not homogeneous");
  }
  block.step(LinearStep{fc2, Slot::Up, Slot::Proj});
  addToHidden(ffnNorm);
  BlockGraph finished = block.finish();
  for (SiteDesc& site : finished.sites) {
    site.tokensFlattened = site.id.kind == SiteKind::FfnIn || site.id.kind == SiteKind::FfnMid;
  }
  return finished;
}

ModelGraph build(const checkpoint::HfConfig& config, const TensorCatalog* catalog) {
  const Names names(catalog);
  ModelGraph graph;
  graph.hidden = config.dimension({"hidden_size"}, 1, kMostChannels);
  graph.ffn = config.dimension({"ffn_dim"}, 1, kMostChannels);
  graph.vocabulary = config.dimension({"vocab_size"});
  graph.maxPositions = config.dimension({"max_position_embeddings"});
  graph.positionsLimited = true;
  graph.heads = config.dimension({"num_attention_heads"}, 1, kMostChannels);
  graph.kvHeads = graph.heads;
  setHeads(graph, config.where());
  graph.attention.scale = attentionScale(graph.headDim);

  Options options;
  options.normBefore = config.flag({"do_layer_norm_before"}, true);
  options.bias = config.flag({"enable_bias"}, true);
  options.affine = config.flag({"layer_norm_elementwise_affine"}, true);
  options.activation = parseActivation(config.text({"activation_function"}, "relu"), config.where());

  const std::string prefix = names.prefix({"model.decoder.", "decoder."}, "embed_positions.weight");
  const std::int64_t width = config.integer({"word_embed_proj_dim"}, graph.hidden);
  setEmbeddingAndHead(graph, names, prefix + "embed_tokens.weight", "lm_head.weight", width,
                      config.flag({"tie_word_embeddings"}, true));
  graph.embedding.positions = prefix + "embed_positions.weight";
  graph.embedding.positionOffset = 2;
  if (width != graph.hidden) {
    graph.embedding.projectIn = prefix + "project_in.weight";
    graph.head.projectOut = prefix + "project_out.weight";
  }
  if (options.normBefore && !config.flag({"_remove_final_layer_norm"}, false)) {
    graph.head.norm = plainNorm(NormKind::Layer, prefix + "final_layer_norm", graph.hidden, kEps);
    if (!options.affine) graph.head.norm->weight = graph.head.norm->bias = "";
  }
  const std::int64_t blocks = config.dimension({"num_hidden_layers"}, 1, kMostBlocks);
  for (int index = 0; index < blocks; ++index) graph.blocks.push_back(buildBlock(graph, index, prefix, options));
  return graph;
}

}  // namespace

ArchSpec optSpec() {
  return {"opt", {"opt", "OPTForCausalLM", "OPTModel"}, {}, build};
}

}  // namespace oscope::model
