// A quantized block as weights for a forward pass.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "quant/transform/quantize_block.h"

namespace oscope::quant {

/// A model whose block `quantized.index` has dequantized weights and folded norms, everything else from `base` (which
/// must outlive it). What fake-quant verification runs. Sites scaled at run time (SitePlan::foldEdge "runtime") need
/// no multiply here: their scale is divided out of the dequantized columns again.
class QuantizedSource final : public checkpoint::TensorSource {
 public:
  /// `withoutCodes`: linears for which dequantizesOnDevice() are left out; the caller has them.
  QuantizedSource(const checkpoint::TensorSource& base, const model::ModelGraph& graph, const QuantizedBlock& quantized,
                  bool withoutCodes = false);
  bool contains(const std::string& name) const override;
  compute::HostTensor tensor(const std::string& name) const override;

 private:
  const checkpoint::TensorSource& m_base;
  std::map<std::string, compute::HostTensor> m_tensors;
};

/// By BlockGraph::linears: whether the weight is its codes and scales, and nothing else.
std::vector<bool> dequantizesOnDevice(const model::BlockGraph& block, const QuantizedBlock& quantized);

}  // namespace oscope::quant
