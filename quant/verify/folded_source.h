// The folded float model: what quantization errors are measured against.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "quant/transform/quantize_block.h"

namespace oscope::quant {

/// A block after the folds and orders of its sites, float32, not rounded to any storage dtype: the same function as the
/// original but for float32 rounding. Run-time scales change nothing here.
struct FoldedBlock {
  std::vector<std::vector<float>> weights;                      ///< [out, in], order of BlockGraph::linears
  std::vector<std::vector<float>> biases;                       ///< [out], empty: none
  std::map<std::string, std::vector<float>> norms;              ///< weights and biases of folded norms, by tensor name
  std::map<std::string, std::vector<std::int32_t>> normOrders;  ///< by model::normOrderName
};
FoldedBlock foldBlock(const model::BlockGraph& block, const checkpoint::TensorSource& source,
                      const std::vector<SitePlan>& sites);

/// A model whose one block is folded but not quantized. Everything else comes from `base`, which must outlive it.
class FoldedSource final : public checkpoint::TensorSource {
 public:
  FoldedSource(const checkpoint::TensorSource& base, const model::BlockGraph& block,
               const std::vector<SitePlan>& sites);
  bool contains(const std::string& name) const override;
  compute::HostTensor tensor(const std::string& name) const override;

 private:
  const checkpoint::TensorSource& m_base;
  std::map<std::string, compute::HostTensor> m_tensors;
};

}  // namespace oscope::quant
