// Writes a quantized model in compressed-tensors form, block by block.
#pragma once

#include "quant/export/ct_config.h"
#include "quant/export/export_format.h"

namespace oscope::quant {

/// `accepted` are the findings of the check that let the job start; they enter report and sidecar.
ExportReport writeCt(const ExportInput& input, const ExportOptions& options, CtContainer container,
                     const std::string& formatId, Diagnostics accepted, compute::Backend& backend,
                     const JobContext& context);

}  // namespace oscope::quant
