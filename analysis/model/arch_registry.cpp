#include "analysis/model/arch_registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/model/arch_spec.h"

namespace oscope::model {

// One line per architecture: X is defined as XSpec() in arch/X.cpp.
#define OSCOPE_ARCHITECTURES(ARCH) \
  ARCH(llama)                      \
  ARCH(bloom)                      \
  ARCH(opt)                        \
  ARCH(mistral)                    \
  ARCH(qwen2)

#define OSCOPE_DECLARE(ARCH) ArchSpec ARCH##Spec();
OSCOPE_ARCHITECTURES(OSCOPE_DECLARE)

const std::vector<ArchSpec>& architectures() {
#define OSCOPE_CALL(ARCH) ARCH##Spec(),
  static const std::vector<ArchSpec> kAll{OSCOPE_ARCHITECTURES(OSCOPE_CALL)};
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
