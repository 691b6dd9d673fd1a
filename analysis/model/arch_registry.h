// The explicit list of architectures.
#pragma once

#include <string>
#include <vector>

#include "analysis/model/arch_spec.h"

namespace oscope::model {

const std::vector<ArchSpec>& architectures();

/// The spec that reads `config`; an Unsupported error that names the model_type and lists what is supported.
const ArchSpec& findArchitecture(const checkpoint::HfConfig& config);

}  // namespace oscope::model
