// The explicit list of methods.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "quant/methods/method.h"

namespace oscope::quant {

const std::vector<std::unique_ptr<QuantMethod>>& methods();
/// Unknown ids are InvalidArgument errors that list the known ones.
const QuantMethod& findMethod(const std::string& id);
/// Ids of the observers that the methods of a recipe's steps ask for beyond the default set, each once.
std::vector<std::string> observersOf(const Recipe& recipe);

}  // namespace oscope::quant
