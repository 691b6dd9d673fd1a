// Checks codes against the weights that they stand for.
#pragma once

#include <span>

#include "quant/export/exported_model.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// `folded` [out, in] is the weight before quantization. Codes by round to nearest must lie within half a step of it
/// (clamped ones beyond the grid's end); codes of other methods must give the weight error of the sidecar.
FileCheck checkCodes(const ExportedModel& exported, const CtLinear& linear, const compute::QuantizedWeight& weight,
                     std::span<const float> folded, double expectedError);

}  // namespace oscope::quant
