// A model as data: tensors, linears, sites, fold edges and the program of one block. Made by graph_builder from an
// ArchSpec; everything after it (forward, policy, export) reads this and knows no architecture by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "analysis/base/ids.h"
#include "analysis/compute/backend.h"

namespace oscope::model {

/// One weight matrix [out, in] with its optional bias.
struct LinearDesc {
  std::string module;  ///< HF module name, e.g. "model.layers.0.self_attn.q_proj"
  std::string role;    ///< short name for tables: "q", "k", "v", "o", "gate", "up", "down", "qkv", "fc1", "fc2"
  std::int64_t out = 0, in = 0;
  std::string weight;  ///< tensor name as stored
  std::string bias;    ///< tensor name, empty: none
  SiteKind site = SiteKind::AttnIn;
};

enum class NormKind : std::uint8_t { Rms, Layer };

struct NormDesc {
  NormKind kind = NormKind::Rms;
  std::string module;  ///< for messages and sidecars
  std::string weight;  ///< tensor name, empty: no affine part
  std::string bias;
  float eps = 1e-5f;
  float weightOffset = 0;  ///< 1 where the norm multiplies by (1 + w)
  std::int64_t channels = 0;
};

/// Where a site's channels can be divided by s exactly (architectures.md section 4).
struct FoldEdge {
  enum class Kind : std::uint8_t { Norm, LinearRows } kind = Kind::Norm;
  int producer = 0;  ///< index into BlockGraph::norms or ::linears
  /// LinearRows: row of the producer for each channel of the site. Channels that share a row share one s (GQA).
  std::vector<std::int32_t> rowOfChannel;
  std::string name;  ///< "norm", "v_rows", "up_rows", "fc1_rows": the recipe's word for allowing it
};

struct SiteDesc {
  SiteId id;
  std::int64_t channels = 0;
  std::vector<int> readers;      ///< indices into BlockGraph::linears
  std::optional<FoldEdge> fold;  ///< the one exact edge, where there is one
  std::string whyNoFold;         ///< reason in words where there is none ("GeLU stands between fc1 and fc2")
  /// transformers' implementation hands the readers [batch * length, channels]: clients that hook its modules can't
  /// tell tokens from sequences there.
  bool tokensFlattened = false;
};

/// Registers of a block program. Hidden is the residual stream that enters and leaves the block.
enum class Slot : std::uint8_t { Hidden, Normed, Qkv, Q, K, V, AttnOut, Proj, Gate, Up, Count };

/// Heads inside a slot (compute::HeadView without its tensor).
struct HeadsDesc {
  Slot slot = Slot::Q;
  std::int64_t heads = 0, headDim = 0, offset = 0, headStride = 0;
};

struct NormStep {
  int norm;
  Slot in, out;
};
struct LinearStep {
  int linear;
  Slot in, out;
};
/// The activation `slot` is the input of `site`'s linears: observers watch it and quantizers replace it here.
struct SiteStep {
  SiteKind site;
  Slot slot;
};
struct HeadNormStep {
  int norm;
  Slot slot;
};  ///< per-head RMSNorm of q or k, in place
struct RopeStep {
  HeadsDesc heads;
};
struct AttentionStep {
  HeadsDesc q, k, v;
  Slot out;
};
struct ActivationStep {
  compute::Activation act;
  Slot slot;
};
struct GateStep {
  compute::Activation act;
  Slot gate, up;
};  ///< up = act(gate) * up
struct AddStep {
  Slot into, from;
};
struct CopyStep {
  Slot into, from;
};

using Step = std::variant<NormStep, LinearStep, SiteStep, HeadNormStep, RopeStep, AttentionStep, ActivationStep,
                          GateStep, AddStep, CopyStep>;

struct BlockGraph {
  int index = 0;
  std::vector<NormDesc> norms;
  std::vector<LinearDesc> linears;
  std::vector<SiteDesc> sites;  ///< in the order of the program
  std::vector<Step> program;

  const SiteDesc& site(SiteKind kind) const;
};

/// What stands before the first block.
struct EmbeddingDesc {
  std::string tokens;      ///< [vocabulary, width]
  std::int64_t width = 0;  ///< equal to hidden but for models with projections
  float scale = 1.0f;
  std::string positions;  ///< learned positions, empty: none
  std::int64_t positionOffset = 0;
  std::string projectIn;         ///< [hidden, width] where width != hidden
  std::optional<NormDesc> norm;  ///< LayerNorm right behind the embedding
};

/// What stands behind the last block.
struct HeadDesc {
  std::optional<NormDesc> norm;
  std::string projectOut;
  std::string weight;  ///< [vocabulary, width]: the embedding's tensor where tied
  std::string bias;
  std::string module;  ///< HF module name of the head ("lm_head"), for ignore lists
  bool tied = false;
};

struct ModelGraph {
  std::string architecture;  ///< registry id, e.g. "llama"
  std::int64_t hidden = 0, vocabulary = 0, maxPositions = 0;
  std::int64_t heads = 0, kvHeads = 0, headDim = 0, ffn = 0;
  bool positionsLimited = false;  ///< learned positions, dynamic RoPE: no sequence is longer than maxPositions
  EmbeddingDesc embedding;
  std::vector<BlockGraph> blocks;
  HeadDesc head;
  compute::RopeParams rope;  ///< empty frequencies: no rotary embedding
  compute::AttentionParams attention;
  std::int64_t kvChannels() const { return kvHeads * headDim; }
  std::int64_t parameters = 0;  ///< tied weights once

  const SiteDesc& site(SiteId id) const { return blocks.at(static_cast<std::size_t>(id.block)).site(id.kind); }
  std::vector<SiteId> sites() const;  ///< all of them, by depth
  /// Tensor names that block `index` reads, for streaming hints.
  std::vector<std::string> tensorsOf(int index) const;
};

}  // namespace oscope::model
