#include "quant/export/exported_names.h"

namespace oscope::quant {

ExportedNames::ExportedNames(const model::ModelGraph& graph) : m_headModule(graph.head.module) {
  if (graph.blocks.empty() || graph.blocks.front().linears.empty()) return;
  const model::LinearDesc& linear = graph.blocks.front().linears.front();
  const std::string full = linear.module + ".weight";
  if (full.size() > linear.weight.size() && full.ends_with(linear.weight)) {
    m_prefix = full.substr(0, full.size() - linear.weight.size());
  }
}

std::string ExportedNames::exported(const std::string& sourceName) const {
  const bool ofHead = !m_headModule.empty() && sourceName.rfind(m_headModule + ".", 0) == 0;
  return ofHead ? sourceName : m_prefix + sourceName;
}

}  // namespace oscope::quant
