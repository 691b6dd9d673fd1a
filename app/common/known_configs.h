// Shapes of published models (resources/configs), for estimates without a checkpoint.
#pragma once

#include <string>
#include <vector>

#include "analysis/checkpoint/hf_config.h"

namespace oscope::app {

/// "llama-7b", ...: sorted.
std::vector<std::string> knownConfigNames();
/// The config of that name; unknown names are InvalidArgument errors that list the known ones.
checkpoint::HfConfig knownConfig(const std::string& name);

}  // namespace oscope::app
