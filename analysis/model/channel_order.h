// Where the order of a site's channels can change without changing the model's function, read off the block's program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/model/model_graph.h"

namespace oscope::model {

/// What makes the channels of a site, and so carries a new order of them beside the columns of the readers.
struct OrderCarrier {
  int norm = -1;  ///< index into BlockGraph::norms: its output is read in the new order; -1: rows of linears
  struct Rows {
    int linear = 0;
    std::vector<std::int32_t> rowOfChannel;  ///< as in FoldEdge
  };
  std::vector<Rows> rows;   ///< all of them change: gate and up of a gated MLP
  std::int64_t within = 0;  ///< channels change places inside runs of so many (heads) only; 0: anywhere
  std::string why;          ///< why no order but the given one is exact; empty: one is

  bool exact() const { return why.empty(); }
};

/// Of the input of `site`'s linears (RPTQ R1, R3, R4, R5).
OrderCarrier orderCarrier(const BlockGraph& block, SiteKind site);

/// Why the channels of q and k can't be put in another order inside their heads (RPTQ R2); empty: they can.
std::string whyNoQueryKeyOrder(const BlockGraph& block);

/// Tensor that a source may hold beside those of a checkpoint: I32 [channels], channel j of the norm's output is
/// channel order[j] of what its weights give.
std::string normOrderName(const NormDesc& norm);

}  // namespace oscope::model
