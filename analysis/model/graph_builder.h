// Tools for ArchSpec::build: spellings of names, norms, linears, sites and fold edges of one block.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "analysis/model/arch_spec.h"

namespace oscope::model {

/// Chooses among spellings of tensor names. Without a catalog (estimates) the first spelling stands.
class Names {
 public:
  explicit Names(const TensorCatalog* catalog) : m_catalog(catalog) {}

  bool isStored(const std::string& name) const { return m_catalog != nullptr && m_catalog->contains(name); }
  /// The first of `prefixes` with which `probe` is stored, else the first of them.
  std::string prefix(std::initializer_list<const char*> prefixes, const std::string& probe) const;
  /// The first of `names` that is stored, else the first of them.
  std::string firstStored(std::initializer_list<std::string> names) const;

 private:
  const TensorCatalog* m_catalog;
};

/// Sets embedding.tokens, embedding.width, head.weight, head.module and head.tied. A tied model may store either
/// tensor; an untied one needs both.
void setEmbeddingAndHead(ModelGraph& graph, const Names& names, const std::string& embedding, const std::string& head,
                         std::int64_t width, bool tied);

/// "silu", "gelu_new", ... of a config; an Unsupported error that names the value where it is unknown.
compute::Activation parseActivation(const std::string& name, const std::string& where);

/// Config values beyond this are taken for damage.
inline constexpr std::int64_t kMostBlocks = 1024;
inline constexpr std::int64_t kMostChannels = std::int64_t{1} << 18;

/// 1 / sqrt(headDim).
float attentionScale(std::int64_t headDim);
/// A norm outside the blocks: weight, and for LayerNorm bias.
NormDesc plainNorm(NormKind kind, const std::string& module, std::int64_t channels, float eps);

/// Sets headDim where the config named none, and checks that the heads fit to each other and to the hidden size.
void setHeads(ModelGraph& graph, const std::string& where);

/// Builds one block step by step, in the order of execution.
class BlockBuilder {
 public:
  /// `prefix` begins the names of the stored tensors, `modulePrefix` those of the modules of the full model: files of a
  /// bare decoder lack the part in front.
  BlockBuilder(int index, std::string prefix, std::string modulePrefix);

  /// Declares a norm `prefix + name` and returns its index.
  int norm(NormKind kind, const std::string& name, std::int64_t channels, float eps, bool affine, bool bias);
  /// Declares a linear `prefix + name`.
  int linear(const std::string& name, const std::string& role, std::int64_t out, std::int64_t in, bool bias,
             SiteKind site);
  /// Declares the site of the slot: `readers` are the linears that read it. Adds its SiteStep.
  void site(SiteKind kind, Slot slot, std::int64_t channels, std::vector<int> readers, FoldEdge fold);
  void site(SiteKind kind, Slot slot, std::int64_t channels, std::vector<int> readers, std::string whyNoFold);
  void step(Step step) { m_block.program.push_back(step); }

  BlockGraph finish() { return std::move(m_block); }

 private:
  SiteDesc& addSite(SiteKind kind, Slot slot, std::int64_t channels, std::vector<int> readers);

  BlockGraph m_block;
  std::string m_prefix, m_modulePrefix;
};

/// Fold into the norm that makes the site.
FoldEdge normEdge(int norm);
/// Fold into rows of a linear: row i of the producer makes channel i.
FoldEdge rowEdge(int linear, std::int64_t channels, std::string name);
/// Fold of attention's output into the value rows of `linear`: value head g, dimension d is row
/// offset + g * stride + d, and feeds heads / kvHeads query heads.
FoldEdge valueEdge(int linear, const ModelGraph& graph, std::int64_t offset, std::int64_t stride);

/// Heads that lie side by side in a slot of their own.
HeadsDesc plainHeads(Slot slot, std::int64_t heads, std::int64_t headDim);

}  // namespace oscope::model
