#include "analysis/model/graph_builder.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "analysis/base/error.h"

namespace oscope::model {

std::string Names::prefix(std::initializer_list<const char*> prefixes, const std::string& probe) const {
  for (const char* prefix : prefixes) {
    if (isStored(prefix + probe)) return prefix;
  }
  return *prefixes.begin();
}

std::string Names::firstStored(std::initializer_list<std::string> names) const {
  for (const std::string& name : names) {
    if (isStored(name)) return name;
  }
  return *names.begin();
}

void setEmbeddingAndHead(ModelGraph& graph, const Names& names, const std::string& embedding, const std::string& head,
                         std::int64_t width, bool tied) {
  graph.embedding.width = width;
  graph.embedding.tokens = tied ? names.firstStored({embedding, head}) : embedding;
  graph.head.weight = tied ? graph.embedding.tokens : head;
  graph.head.module = head.substr(0, head.rfind('.'));
  graph.head.tied = tied;
}

compute::Activation parseActivation(const std::string& name, const std::string& where) {
  using compute::Activation;
  static const std::array<std::pair<const char*, Activation>, 9> kNames{{
      {"silu", Activation::Silu},
      {"swish", Activation::Silu},
      {"relu", Activation::Relu},
      {"gelu", Activation::GeluErf},
      {"gelu_new", Activation::GeluTanh},
      {"gelu_fast", Activation::GeluTanh},
      {"gelu_pytorch_tanh", Activation::GeluTanh},
      {"quick_gelu", Activation::QuickGelu},
      {"linear", Activation::Identity},
  }};
  for (const auto& [known, activation] : kNames) {
    if (name == known) return activation;
  }
  throw Error(ErrorCode::Unsupported, where, fmt::format("activation \"{}\" is not known", name),
              "supported are silu, relu, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh and quick_gelu");
}

float attentionScale(std::int64_t headDim) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(headDim)));
}

NormDesc plainNorm(NormKind kind, const std::string& module, std::int64_t channels, float eps) {
  NormDesc norm{kind, module, module + ".weight", {}, eps, 0, channels};
  if (kind == NormKind::Layer) norm.bias = module + ".bias";
  return norm;
}

void setHeads(ModelGraph& graph, const std::string& where) {
  if (graph.headDim == 0 && graph.hidden % graph.heads == 0) graph.headDim = graph.hidden / graph.heads;
  const bool fits = graph.headDim > 0 && graph.headDim * graph.heads <= kMostChannels && graph.kvHeads > 0 &&
                    graph.heads % graph.kvHeads == 0;
  if (!fits) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("hidden size {}, {} attention heads of {} and {} key/value heads don't fit together",
                            graph.hidden, graph.heads, graph.headDim, graph.kvHeads),
                "check config.json");
  }
}

BlockBuilder::BlockBuilder(int index, std::string prefix, std::string modulePrefix)
    : m_prefix(std::move(prefix)), m_modulePrefix(std::move(modulePrefix)) {
  m_block.index = index;
}

int BlockBuilder::norm(NormKind kind, const std::string& name, std::int64_t channels, float eps, bool affine,
                       bool bias) {
  NormDesc norm;
  norm.kind = kind;
  norm.module = m_modulePrefix + name;
  if (affine) norm.weight = m_prefix + name + ".weight";
  if (affine && bias) norm.bias = m_prefix + name + ".bias";
  norm.eps = eps;
  norm.channels = channels;
  m_block.norms.push_back(std::move(norm));
  return static_cast<int>(m_block.norms.size()) - 1;
}

int BlockBuilder::linear(const std::string& name, const std::string& role, std::int64_t out, std::int64_t in, bool bias,
                         SiteKind site) {
  LinearDesc linear;
  linear.module = m_modulePrefix + name;
  linear.role = role;
  linear.out = out;
  linear.in = in;
  linear.weight = m_prefix + name + ".weight";
  if (bias) linear.bias = m_prefix + name + ".bias";
  linear.site = site;
  m_block.linears.push_back(std::move(linear));
  return static_cast<int>(m_block.linears.size()) - 1;
}

SiteDesc& BlockBuilder::addSite(SiteKind kind, Slot slot, std::int64_t channels, std::vector<int> readers) {
  SiteDesc site;
  site.id = {m_block.index, kind};
  site.channels = channels;
  site.readers = std::move(readers);
  m_block.sites.push_back(std::move(site));
  step(SiteStep{kind, slot});
  return m_block.sites.back();
}

void BlockBuilder::site(SiteKind kind, Slot slot, std::int64_t channels, std::vector<int> readers, FoldEdge fold) {
  addSite(kind, slot, channels, std::move(readers)).fold = std::move(fold);
}

void BlockBuilder::site(SiteKind kind, Slot slot, std::int64_t channels, std::vector<int> readers,
                        std::string whyNoFold) {
  addSite(kind, slot, channels, std::move(readers)).whyNoFold = std::move(whyNoFold);
}

FoldEdge normEdge(int norm) {
  return {FoldEdge::Kind::Norm, norm, {}, "norm"};
}

FoldEdge rowEdge(int linear, std::int64_t channels, std::string name) {
  FoldEdge edge{FoldEdge::Kind::LinearRows, linear, {}, std::move(name)};
  edge.rowOfChannel.resize(static_cast<std::size_t>(channels));
  std::iota(edge.rowOfChannel.begin(), edge.rowOfChannel.end(), 0);
  return edge;
}

FoldEdge valueEdge(int linear, const ModelGraph& graph, std::int64_t offset, std::int64_t stride) {
  FoldEdge edge{FoldEdge::Kind::LinearRows, linear, {}, "v_rows"};
  const std::int64_t shared = graph.heads / graph.kvHeads;
  for (std::int64_t head = 0; head < graph.heads; ++head) {
    for (std::int64_t d = 0; d < graph.headDim; ++d) {
      edge.rowOfChannel.push_back(static_cast<std::int32_t>(offset + head / shared * stride + d));
    }
  }
  return edge;
}

HeadsDesc plainHeads(Slot slot, std::int64_t heads, std::int64_t headDim) {
  return {slot, heads, headDim, 0, headDim};
}

}  // namespace oscope::model
