// Bytes of weights, KV cache and activations over batch and sequence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/model/model_graph.h"

namespace oscope::quant {

/// Bits of a deployment scheme: "W4A8KV8", "w16a16", "W4A8KV8G64", "W4A4KV" (RPTQ's: only KV at 4), "W3A3KV".
/// Without KV keys and values get the activations' bits.
struct MemoryScheme {
  std::string name;
  double weightBits = 16, activationBits = 16, kvBits = 16;
  std::int64_t group = 128;  ///< for the scales' share; 0: per channel
};
/// InvalidArgument with the accepted spellings where it can't be read.
MemoryScheme parseMemoryScheme(const std::string& text);

struct MemoryEstimate {
  double weightBytes = 0, scaleBytes = 0, kvBytes = 0, activationBytes = 0;
  double total() const { return weightBytes + scaleBytes + kvBytes + activationBytes; }
};

/// Linears of the blocks at weightBits, all other parameters at 16 + 16-bit scales (one per group, or per output
/// channel where the group does not divide the width) + B S 2 L kv hd kb/8 + peak activations of one block: the
/// residual stream at 16 bits and, for the widest site, its input at activationBits and the outputs of its linears
/// at 16.
MemoryEstimate estimateMemory(const model::ModelGraph& graph, const MemoryScheme& scheme, std::int64_t batch,
                              std::int64_t sequence);

/// RPTQ's closed form (methods.md section 2.1), in bytes; needs layers, hidden size, heads of an OPT-like model.
double rptqBytes(std::int64_t layers, std::int64_t hidden, std::int64_t heads, const MemoryScheme& scheme,
                 std::int64_t batch, std::int64_t sequence);

/// One cell of the slide's table: 3 models x 7 schemes x 3 batches x 3 sequence lengths = 189.
struct RptqCell {
  std::string model;  ///< size of the OPT model: "13B"
  std::string scheme;
  std::int64_t batch = 0, sequence = 0;
  double gib = 0;  ///< rounded to 0.1 as the slide prints it
};
std::vector<RptqCell> rptqTable();

}  // namespace oscope::quant
