#include "analysis/model/tensor_list.h"

#include <unordered_set>

namespace oscope::model {
namespace {

void addIfNamed(std::vector<TensorNeed>& list, const std::string& name, std::vector<std::int64_t> shape) {
  if (!name.empty()) list.push_back({name, std::move(shape)});
}

void addNorm(std::vector<TensorNeed>& list, const NormDesc& norm) {
  addIfNamed(list, norm.weight, {norm.channels});
  addIfNamed(list, norm.bias, {norm.channels});
}

}  // namespace

std::vector<TensorNeed> blockTensors(const ModelGraph& graph, int index) {
  const BlockGraph& block = graph.blocks.at(static_cast<std::size_t>(index));
  std::vector<TensorNeed> list;
  for (const NormDesc& norm : block.norms) addNorm(list, norm);
  for (const LinearDesc& linear : block.linears) {
    addIfNamed(list, linear.weight, {linear.out, linear.in});
    addIfNamed(list, linear.bias, {linear.out});
  }
  return list;
}

std::vector<TensorNeed> allTensors(const ModelGraph& graph) {
  std::vector<TensorNeed> list;
  const EmbeddingDesc& embedding = graph.embedding;
  addIfNamed(list, embedding.tokens, {graph.vocabulary, embedding.width});
  addIfNamed(list, embedding.positions, {graph.maxPositions + embedding.positionOffset, graph.hidden});
  addIfNamed(list, embedding.projectIn, {graph.hidden, embedding.width});
  if (embedding.norm) addNorm(list, *embedding.norm);
  for (const BlockGraph& block : graph.blocks) {
    for (TensorNeed& need : blockTensors(graph, block.index)) list.push_back(std::move(need));
  }
  if (graph.head.norm) addNorm(list, *graph.head.norm);
  addIfNamed(list, graph.head.projectOut, {embedding.width, graph.hidden});
  addIfNamed(list, graph.head.weight, {graph.vocabulary, embedding.width});
  addIfNamed(list, graph.head.bias, {graph.vocabulary});

  std::unordered_set<std::string> seen;
  std::erase_if(list, [&](const TensorNeed& need) { return !seen.insert(need.name).second; });
  return list;
}

}  // namespace oscope::model
