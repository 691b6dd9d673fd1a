// Export format `ct-exact`: a Hugging Face folder in compressed-tensors form that says exactly what was chosen, per
// layer (formats.md sections 1 and 2).
#pragma once

#include <memory>

#include "quant/export/export_format.h"

namespace oscope::quant {

std::unique_ptr<ExportFormat> makeCtExact();

}  // namespace oscope::quant
