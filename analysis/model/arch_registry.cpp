#include "analysis/model/arch_registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/model/arch/specs.h"

namespace oscope::model {

const std::vector<ArchSpec>& architectures() {
  static const std::vector<ArchSpec> kAll{
      llamaSpec(),
      bloomSpec(),
  };
  return kAll;
}

const ArchSpec& findArchitecture(const checkpoint::HfConfig& config) {
  const std::string type = config.modelType();
  std::string known;
  for (const ArchSpec& spec : architectures()) {
    if (std::find(spec.modelTypes.begin(), spec.modelTypes.end(), type) != spec.modelTypes.end()) return spec;
    known += (known.empty() ? "" : ", ") + spec.id;
  }
  throw Error(ErrorCode::Unsupported, config.where(), fmt::format("model type \"{}\" is not known", type),
              fmt::format("supported are: {}", known));
}

}  // namespace oscope::model
