// FPTQ (arXiv 2308.15987).
#pragma once

#include <memory>

#include "quant/methods/method.h"

namespace oscope::quant {

std::unique_ptr<QuantMethod> makeFptq();

}  // namespace oscope::quant
