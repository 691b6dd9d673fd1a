#include "quant/export/exported_model.h"

#include <algorithm>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

std::vector<float> foldVector(const checkpoint::TensorSource& vectors, const std::string& name, std::int64_t channels) {
  const compute::HostTensor tensor = vectors.tensor(name);
  if (tensor.elements() != channels) throw Error(ErrorCode::WrongShape, name, "is not as long as its site");
  return compute::toFloat32(tensor);
}

}  // namespace

ExportedModel::ExportedModel(const std::filesystem::path& folder, const model::OpenedModel& model)
    : m_folder(folder), m_model(model), m_names(model.graph) {
  const std::filesystem::path sidecar = folder / DeployConfig::kFileName;
  m_deploy = deployConfigFromJson(readJsonFile(sidecar), sidecar.string());
  if (m_deploy.modelFingerprint != model.weights->fingerprint()) {
    throw Error(ErrorCode::Mismatch, sidecar.string(),
                "was made from " + m_deploy.modelName + ", whose weights are not those of " + model.folder.string(),
                "verify against the checkpoint that was exported");
  }
  const std::filesystem::path configFile = folder / "config.json";
  const Json config = readJsonFile(configFile);
  m_config = ctConfigFromJson(requireKey<Json>(config, "quantization_config", configFile.string()),
                              configFile.string() + ", quantization_config");
  m_files = std::make_unique<checkpoint::ShardedCheckpoint>(folder);

  std::unique_ptr<checkpoint::SafetensorsReader> vectors;
  for (DeploySite& site : m_deploy.sites) {
    if (site.plan.foldEdge.empty()) continue;
    if (!vectors) {
      vectors = std::make_unique<checkpoint::SafetensorsReader>(folder / DeployConfig::kFoldVectorsFile);
    }
    const std::int64_t channels = model.graph.site(site.plan.id).channels;
    site.plan.scale = foldVector(*vectors, foldScaleName(site.plan.id), channels);
    const std::string shift = foldShiftName(site.plan.id);
    if (vectors->contains(shift)) site.plan.shift = foldVector(*vectors, shift, channels);
  }
}

const DeploySite& ExportedModel::site(SiteId id) const {
  for (const DeploySite& site : m_deploy.sites) {
    if (site.plan.id == id) return site;
  }
  throw Error(ErrorCode::Malformed, (m_folder / DeployConfig::kFileName).string(), "lacks site " + toString(id));
}

std::optional<CtLinear> ExportedModel::describe(const model::LinearDesc& linear) const {
  const CtScheme* scheme = m_config.find(linear.module);
  if (scheme == nullptr) return std::nullopt;
  return CtLinear{linear.module, linear.out, linear.in, *scheme, m_deploy.recipe.rules.scaleDtype};
}

QuantizedBlock ExportedModel::readBlock(int index) const {
  const model::BlockGraph& block = m_model.graph.blocks.at(static_cast<std::size_t>(index));
  const auto floats = [&](const std::string& name) { return compute::toFloat32(tensor(name)); };
  QuantizedBlock result;
  result.index = index;
  for (const model::LinearDesc& desc : block.linears) {
    QuantizedLinear& linear = result.linears.emplace_back();
    linear.module = desc.module;
    if (const auto described = describe(desc)) {
      linear.weight = decodeWeight(*described, *m_files);
    } else {
      linear.floatWeight = floats(desc.weight);
    }
    if (!desc.bias.empty()) linear.bias = floats(desc.bias);
  }
  for (const model::NormDesc& norm : block.norms) {
    if (!norm.weight.empty()) result.folded[norm.weight] = floats(norm.weight);
    if (!norm.bias.empty()) result.folded[norm.bias] = floats(norm.bias);
  }
  for (const model::SiteDesc& desc : block.sites) {
    const DeploySite& from = site(desc.id);
    SitePlan& plan = result.sites.emplace_back(from.plan);
    for (std::size_t i = 0; i < plan.linears.size(); ++i) {
      result.weightErrors[plan.linears[i].module] = from.weightErrors.at(i);
    }
    // The scale that clients read, not the sidecar's copy of it.
    const auto first = describe(block.linears.at(static_cast<std::size_t>(desc.readers.front())));
    if (first && first->scheme.activation == ActivationPlan::Granularity::Tensor) {
      plan.activation.scale = decodeInputScale(*first, *m_files);
    }
  }
  return result;
}

bool ExportedModel::contains(const std::string& name) const {
  return m_files->contains(m_names.exported(name));
}

compute::HostTensor ExportedModel::tensor(const std::string& name) const {
  return m_files->tensor(m_names.exported(name));
}

void ExportedModel::releaseBlock(int index) const {
  const model::BlockGraph& block = m_model.graph.blocks.at(static_cast<std::size_t>(index));
  std::vector<std::string> names;
  for (const model::LinearDesc& linear : block.linears) {
    const auto described = describe(linear);
    if (!described) continue;
    for (const auto& declared : declareTensors(*described)) names.push_back(declared.name);
  }
  m_files->release(names);
}

}  // namespace oscope::quant
