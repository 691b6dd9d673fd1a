// NaN and infinity in weights never pass silently.
#pragma once

#include "analysis/checkpoint/tensor_source.h"
#include "analysis/model/model_graph.h"

namespace oscope::model {

/// Throws NonFinite, naming tensor, row and column, at the first NaN or infinity of an F32, F16 or BF16 tensor.
void requireFinite(const compute::HostTensor& tensor);

/// requireFinite on every tensor of block `index`. One pass over the block's bytes.
void requireFiniteBlock(const ModelGraph& graph, int index, const checkpoint::TensorSource& source);

/// requireFinite on everything outside the blocks: embedding, positions, projections, norms, head.
void requireFiniteEnds(const ModelGraph& graph, const checkpoint::TensorSource& source);

}  // namespace oscope::model
