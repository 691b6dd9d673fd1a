// Names of tensors in an export, from those of the source.
#pragma once

#include <string>

#include "analysis/model/model_graph.h"

namespace oscope::quant {

/// Checkpoints of a bare decoder lack the prefix that the module names of the full model have ("transformer."). Config
/// groups name modules, so an export always carries it.
class ExportedNames {
 public:
  explicit ExportedNames(const model::ModelGraph& graph);
  std::string exported(const std::string& sourceName) const;

 private:
  std::string m_prefix;      ///< to be added; mostly empty
  std::string m_headModule;  ///< stands outside the prefix
};

}  // namespace oscope::quant
