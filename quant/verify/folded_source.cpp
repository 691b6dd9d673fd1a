#include "quant/verify/folded_source.h"

#include "quant/transform/channel_reorder.h"
#include "quant/transform/fold.h"

namespace oscope::quant {
namespace {

bool folds(const SitePlan& site) {
  return !site.scale.empty() && site.foldEdge != kRuntimeEdge;
}

void foldReaders(const model::SiteDesc& desc, const SitePlan& site, FoldedBlock& folded) {
  for (const int reader : desc.readers) {
    const auto index = static_cast<std::size_t>(reader);
    std::vector<float>& bias = folded.biases[index];
    if (!site.shift.empty()) bias = shiftBias(bias, folded.weights[index], site.shift);
    if (folds(site)) scaleColumns(folded.weights[index], site.scale);
  }
}

void foldProducer(const model::BlockGraph& block, const model::FoldEdge& fold, const checkpoint::TensorSource& source,
                  const SitePlan& site, FoldedBlock& folded) {
  const auto producer = static_cast<std::size_t>(fold.producer);
  if (fold.kind == model::FoldEdge::Kind::LinearRows) {
    divideRows(folded.weights[producer], folded.biases[producer], block.linears[producer].in, fold.rowOfChannel,
               site.scale);
    return;
  }
  const model::NormDesc& norm = block.norms[producer];
  const auto read = [&](const std::string& name) { return compute::toFloat32(source.tensor(name)); };
  folded.norms[norm.weight] = foldNormWeight(read(norm.weight), norm.weightOffset, site.scale, DType::F32);
  if (!norm.bias.empty()) folded.norms[norm.bias] = foldNormBias(read(norm.bias), site.scale, site.shift, DType::F32);
}

}  // namespace

FoldedBlock foldBlock(const model::BlockGraph& block, const checkpoint::TensorSource& source,
                      const std::vector<SitePlan>& sites) {
  FoldedBlock folded;
  for (const model::LinearDesc& linear : block.linears) {
    folded.weights.push_back(compute::toFloat32(source.tensor(linear.weight)));
    folded.biases.emplace_back();
    if (!linear.bias.empty()) folded.biases.back() = compute::toFloat32(source.tensor(linear.bias));
  }
  for (std::size_t s = 0; s < sites.size(); ++s) foldReaders(block.sites[s], sites[s], folded);
  for (std::size_t s = 0; s < sites.size(); ++s) {
    if (folds(sites[s]) && block.sites[s].fold) foldProducer(block, *block.sites[s].fold, source, sites[s], folded);
  }
  reorderBlock(block, sites,
               {[&](int linear, const ChannelOrder& order) {
                  reorderColumns(folded.weights[static_cast<std::size_t>(linear)], order);
                },
                [&](int linear, const ChannelOrder& rows) {
                  reorderRows(folded.weights[static_cast<std::size_t>(linear)], rows);
                  reorderRows(folded.biases[static_cast<std::size_t>(linear)], rows);
                },
                [&](const model::NormDesc& norm, const ChannelOrder& order) {
                  folded.normOrders[model::normOrderName(norm)] = order;
                }});
  return folded;
}

FoldedSource::FoldedSource(const checkpoint::TensorSource& base, const model::BlockGraph& block,
                           const std::vector<SitePlan>& sites)
    : m_base(base) {
  const auto put = [this](const std::string& name, std::vector<float> values, std::vector<std::int64_t> shape) {
    m_tensors[name] = compute::makeHostTensor(name, std::move(values), std::move(shape));
  };
  FoldedBlock folded = foldBlock(block, base, sites);
  for (std::size_t i = 0; i < block.linears.size(); ++i) {
    const model::LinearDesc& linear = block.linears[i];
    put(linear.weight, std::move(folded.weights[i]), {linear.out, linear.in});
    if (!linear.bias.empty()) put(linear.bias, std::move(folded.biases[i]), {linear.out});
  }
  for (auto& [name, values] : folded.norms) {
    const auto channels = static_cast<std::int64_t>(values.size());
    put(name, std::move(values), {channels});
  }
  for (auto& [name, order] : folded.normOrders) m_tensors[name] = orderTensor(name, std::move(order));
}

bool FoldedSource::contains(const std::string& name) const {
  return m_tensors.count(name) > 0 || m_base.contains(name);
}

compute::HostTensor FoldedSource::tensor(const std::string& name) const {
  const auto found = m_tensors.find(name);
  return found == m_tensors.end() ? m_base.tensor(name) : found->second;
}

}  // namespace oscope::quant
