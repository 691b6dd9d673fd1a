// Stage 5, one block at a time: fold in float32, round once, quantize after folding.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/checkpoint/tensor_source.h"
#include "analysis/compute/quantized_weight.h"
#include "analysis/model/model_graph.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// A linear after quantization. `weight` is empty (codes.size() == 0) where the recipe leaves it in float; then
/// `floatWeight` holds the folded values.
struct QuantizedLinear {
  std::string module;
  compute::QuantizedWeight weight;
  std::vector<float> floatWeight;  ///< [out, in], only where left in float
  std::vector<float> bias;         ///< folded bias, empty: none
};

/// Everything that changed in one block. Tensors that are not here are those of the checkpoint.
struct QuantizedBlock {
  int index = 0;
  std::vector<QuantizedLinear> linears;  ///< order of BlockGraph::linears
  std::map<std::string, std::vector<float>>
      folded;  ///< norm weights and biases by tensor name, float32, rounded once to the checkpoint's dtype
  std::vector<SitePlan> sites;  ///< as planned and searched: final scales
  std::map<std::string, double>
      weightErrors;  ///< module -> relative squared error ||W - W_hat||^2 / ||W||^2 of the folded weight
};

/// Folds and quantizes block `index` of `graph`. `snapshot` supplies details to methods that ask for them.
QuantizedBlock quantizeBlock(const model::ModelGraph& graph, int index, const checkpoint::TensorSource& weights,
                             const stats::Snapshot& snapshot, const Plan& plan, const JobContext& context);

/// A model whose block `block` is read from `quantized` (dequantized weights, folded norms) and everything else from
/// `base`. What fake-quant verification runs.
class QuantizedSource final : public checkpoint::TensorSource {
 public:
  QuantizedSource(const checkpoint::TensorSource& base, const model::ModelGraph& graph,
                  const QuantizedBlock& quantized);
  bool contains(const std::string& name) const override;
  compute::HostTensor tensor(const std::string& name) const override;

 private:
  const checkpoint::TensorSource& m_base;
  std::map<std::string, compute::HostTensor> m_tensors;
};

}  // namespace oscope::quant
