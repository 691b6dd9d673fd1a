#include "quant/transform/quantized_source.h"

#include "quant/numerics/quantize.h"
#include "quant/transform/channel_reorder.h"

namespace oscope::quant {

QuantizedSource::QuantizedSource(const checkpoint::TensorSource& base, const model::ModelGraph& graph,
                                 const QuantizedBlock& quantized, bool withoutCodes)
    : m_base(base) {
  const model::BlockGraph& block = graph.blocks.at(static_cast<std::size_t>(quantized.index));
  const auto put = [this](const std::string& name, std::vector<float> values, std::vector<std::int64_t> shape) {
    m_tensors[name] = compute::makeHostTensor(name, std::move(values), std::move(shape));
  };
  std::vector<bool> leftOut(quantized.linears.size());
  if (withoutCodes) leftOut = dequantizesOnDevice(block, quantized);
  std::vector<std::vector<float>> weights(quantized.linears.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const QuantizedLinear& linear = quantized.linears[i];
    if (leftOut[i]) continue;
    weights[i] = linear.weight.codes.empty() ? linear.floatWeight : dequantizeWeight(linear.weight);
  }
  for (std::size_t i = 0; i < block.sites.size(); ++i) {
    const SitePlan& site = quantized.sites[i];
    if (site.foldEdge != kRuntimeEdge) continue;
    for (int reader : block.sites[i].readers) {
      std::vector<float>& weight = weights[static_cast<std::size_t>(reader)];
      for (std::size_t k = 0; k < weight.size(); ++k) weight[k] /= site.scale[k % site.scale.size()];
    }
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const model::LinearDesc& linear = block.linears[i];
    if (!leftOut[i]) put(linear.weight, std::move(weights[i]), {linear.out, linear.in});
    const std::vector<float>& bias = quantized.linears[i].bias;
    if (!bias.empty()) put(linear.bias, bias, {linear.out});
  }
  for (const auto& [name, values] : quantized.folded) {
    put(name, values, {static_cast<std::int64_t>(values.size())});
  }
  for (const auto& [name, order] : quantized.normOrders) m_tensors[name] = orderTensor(name, order);
}

std::vector<bool> dequantizesOnDevice(const model::BlockGraph& block, const QuantizedBlock& quantized) {
  std::vector<bool> result;
  for (const QuantizedLinear& linear : quantized.linears) result.push_back(!linear.weight.codes.empty());
  for (std::size_t s = 0; s < block.sites.size(); ++s) {
    if (quantized.sites[s].foldEdge != kRuntimeEdge) continue;
    for (const int reader : block.sites[s].readers) result[static_cast<std::size_t>(reader)] = false;
  }
  return result;
}

bool QuantizedSource::contains(const std::string& name) const {
  return m_tensors.count(name) > 0 || m_base.contains(name);
}

compute::HostTensor QuantizedSource::tensor(const std::string& name) const {
  const auto found = m_tensors.find(name);
  return found == m_tensors.end() ? m_base.tensor(name) : found->second;
}

}  // namespace oscope::quant
