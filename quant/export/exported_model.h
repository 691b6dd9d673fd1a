// Re-opens an export: config.json, safetensors and sidecar, block by block.
#pragma once

#include <filesystem>
#include <memory>

#include "analysis/model/open_model.h"
#include "quant/export/ct_config.h"
#include "quant/export/ct_tensors.h"
#include "quant/export/deploy_config.h"
#include "quant/export/exported_names.h"
#include "quant/transform/quantize_block.h"

namespace oscope::quant {

/// An export beside the model that it was made from. As a TensorSource it gives the tensors outside the blocks under
/// their names in the source.
class ExportedModel final : public checkpoint::TensorSource {
 public:
  /// Reads config, headers and sidecar. Missing or damaged files, an export of another model (Mismatch) and config
  /// groups that we can't read are errors. `model` must outlive it.
  ExportedModel(const std::filesystem::path& folder, const model::OpenedModel& model);

  const std::filesystem::path& folder() const { return m_folder; }
  const checkpoint::ShardedCheckpoint& files() const { return *m_files; }
  const CtConfig& config() const { return m_config; }
  const DeployConfig& deploy() const { return m_deploy; }
  const ExportedNames& names() const { return m_names; }
  const DeploySite& site(SiteId id) const;

  /// How a linear stands in the files; nullopt: in float.
  std::optional<CtLinear> describe(const model::LinearDesc& linear) const;

  /// Block `index` out of the written bytes.
  QuantizedBlock readBlock(int index) const;

  bool contains(const std::string& name) const override;
  compute::HostTensor tensor(const std::string& name) const override;
  /// Its pages may leave memory.
  void releaseBlock(int index) const;

 private:
  std::filesystem::path m_folder;
  const model::OpenedModel& m_model;
  std::unique_ptr<checkpoint::ShardedCheckpoint> m_files;
  CtConfig m_config;
  DeployConfig m_deploy;
  ExportedNames m_names;
};

}  // namespace oscope::quant
