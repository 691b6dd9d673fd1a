// Stage 5, one block at a time: fold in float32, round once, quantize after folding.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/checkpoint/tensor_source.h"
#include "analysis/compute/backend.h"
#include "analysis/model/model_graph.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// A linear after quantization. `weight` is empty (codes.size() == 0) where the recipe leaves it in float; then
/// `floatWeight` holds the folded values.
struct QuantizedLinear {
  std::string module;
  compute::QuantizedWeight weight;
  std::vector<float> floatWeight;  ///< [out, in], only where left in float; rounded once to the checkpoint's dtype
  std::vector<float> bias;  ///< [out] where a fold changed it, rounded once to the checkpoint's dtype; empty: unchanged
};

/// Everything that changed in one block. Tensors that are not here are those of the checkpoint.
struct QuantizedBlock {
  int index = 0;
  std::vector<QuantizedLinear> linears;  ///< order of BlockGraph::linears
  /// Norm weights and biases by tensor name, rounded once to the checkpoint's dtype.
  std::map<std::string, std::vector<float>> folded;
  /// Indices behind norms, by model::normOrderName.
  std::map<std::string, std::vector<std::int32_t>> normOrders;
  /// Order of BlockGraph::sites; as planned and searched: final scales. Per-channel figures are in SitePlan::order.
  std::vector<SitePlan> sites;
  /// module -> ||W - W_hat||^2 / ||W||^2 of the folded weight; 0 where left in float.
  std::map<std::string, double> weightErrors;
};

/// Memory that quantizing any block by `recipe` takes at most: the block in float32, its codes, and the matrix of
/// methods that ask for one.
std::uint64_t quantizeBlockBytes(const model::ModelGraph& graph, const Recipe& recipe);

/// Folds and quantizes block `index` of `graph` on `backend`; every backend makes the same bits. `snapshot` supplies
/// details to methods that ask for them. Needs the memory of the block's codes and, where a method looks at weights, of
/// the block in float32. Errors: a plan of another graph (Mismatch), weights with NaN or infinity (NonFinite, naming
/// tensor and element).
QuantizedBlock quantizeBlock(const model::ModelGraph& graph, int index, const checkpoint::TensorSource& weights,
                             const stats::Snapshot& snapshot, const Plan& plan, compute::Backend& backend,
                             const JobContext& context);

}  // namespace oscope::quant
