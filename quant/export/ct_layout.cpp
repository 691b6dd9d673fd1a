#include "quant/export/ct_layout.h"

#include <set>

#include "analysis/model/tensor_list.h"
#include "quant/export/carried_files.h"
#include "quant/export/shard_layout.h"

namespace oscope::quant {
namespace {

/// {"dtype":"BF16","shape":[128,128],"data_offsets":[1000000,1032768]}, beside the name.
constexpr std::uint64_t kHeadOfTensor = 78;

std::uint64_t storedBytes(const checkpoint::TensorDeclaration& tensor) {
  return byteSize(tensor) + kHeadOfTensor + tensor.name.size();
}

}  // namespace

CtLayout::CtLayout(const ExportInput& input, CtContainer container)
    : m_input(input), m_names(input.model.graph), m_config(makeCtConfig(input.model.graph, input.plan, container)) {}

std::vector<std::string> CtLayout::carriedTensors() const {
  const model::ModelGraph& graph = m_input.model.graph;
  std::set<std::string> ofBlocks;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const std::string& name : graph.tensorsOf(block.index)) ofBlocks.insert(name);
  }
  std::vector<std::string> names;
  for (const model::TensorNeed& need : model::allTensors(graph)) {
    if (ofBlocks.count(need.name) == 0) names.push_back(need.name);
  }
  return names;
}

checkpoint::TensorDeclaration CtLayout::declareAsStored(const std::string& name) const {
  const checkpoint::TensorEntry& entry = m_input.model.weights->entry(name);
  return {m_names.exported(name), entry.dtype, entry.shape};
}

std::optional<CtLinear> CtLayout::describe(const model::LinearDesc& linear) const {
  const CtScheme* scheme = m_config.find(linear.module);
  if (scheme == nullptr) return std::nullopt;
  return CtLinear{linear.module, linear.out, linear.in, *scheme, m_input.plan.recipe.rules.scaleDtype};
}

std::vector<std::vector<checkpoint::TensorDeclaration>> CtLayout::units() const {
  std::vector<std::vector<checkpoint::TensorDeclaration>> units;
  for (const std::string& name : carriedTensors()) units.push_back({declareAsStored(name)});
  for (const model::BlockGraph& block : m_input.model.graph.blocks) {
    for (const model::NormDesc& norm : block.norms) {
      auto& unit = units.emplace_back();
      if (!norm.weight.empty()) unit.push_back(declareAsStored(norm.weight));
      if (!norm.bias.empty()) unit.push_back(declareAsStored(norm.bias));
    }
    for (const model::LinearDesc& linear : block.linears) {
      auto& unit = units.emplace_back();
      const auto described = describe(linear);
      if (described) unit = declareTensors(*described);
      if (!described) unit.push_back(declareAsStored(linear.weight));
      if (!linear.bias.empty()) unit.push_back(declareAsStored(linear.bias));
    }
  }
  return units;
}

std::uint64_t CtLayout::predictedBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& unit : units()) {
    for (const checkpoint::TensorDeclaration& tensor : unit) bytes += storedBytes(tensor);
  }
  for (const SitePlan& site : m_input.plan.sites) bytes += (site.scale.size() + site.shift.size()) * sizeof(float);
  for (const std::string& name : carriedFiles(m_input.model.folder)) {
    std::error_code gone;
    const std::uintmax_t size = std::filesystem::file_size(m_input.model.folder / name, gone);
    if (!gone) bytes += size;
  }
  return bytes + m_input.model.config.values().dump(2).size() + toJson(m_config).dump(2).size();
}

}  // namespace oscope::quant
