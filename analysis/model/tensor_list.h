// Every tensor that a graph reads, with the shape it must have.
#pragma once

#include <string>
#include <vector>

#include "analysis/model/model_graph.h"

namespace oscope::model {

struct TensorNeed {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// The tensors of block `index`, in the order of use.
std::vector<TensorNeed> blockTensors(const ModelGraph& graph, int index);
/// All tensors, each name once: a tied head shares the embedding's.
std::vector<TensorNeed> allTensors(const ModelGraph& graph);

}  // namespace oscope::model
