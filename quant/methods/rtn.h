// Round to nearest: the baseline.
#pragma once

#include <memory>

#include "quant/methods/method.h"

namespace oscope::quant {

std::unique_ptr<QuantMethod> makeRtn();

}  // namespace oscope::quant
