// Which tensors an export in compressed-tensors form has: their names, shapes and bytes, before anything is written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quant/export/ct_config.h"
#include "quant/export/ct_tensors.h"
#include "quant/export/export_format.h"
#include "quant/export/exported_names.h"

namespace oscope::quant {

class CtLayout {
 public:
  /// Refers to `input`, which must outlive it.
  CtLayout(const ExportInput& input, CtContainer container);

  const CtConfig& config() const { return m_config; }
  const ExportedNames& names() const { return m_names; }
  /// Tensors outside the blocks, by their names in the source.
  std::vector<std::string> carriedTensors() const;
  /// nullopt: left in float.
  std::optional<CtLinear> describe(const model::LinearDesc& linear) const;
  /// Everything in the order of writing; the tensors of one unit stay in one file.
  std::vector<std::vector<checkpoint::TensorDeclaration>> units() const;
  /// Of all files but the sidecar: tensors exactly, heads of files to about a per cent.
  std::uint64_t predictedBytes() const;

 private:
  /// What is written under the exported name, as the source holds it.
  checkpoint::TensorDeclaration declareAsStored(const std::string& name) const;

  const ExportInput& m_input;
  ExportedNames m_names;
  CtConfig m_config;
};

}  // namespace oscope::quant
