// The explicit list of export formats.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "quant/export/export_format.h"

namespace oscope::quant {

const std::vector<std::unique_ptr<ExportFormat>>& exportFormats();
/// Unknown ids are InvalidArgument errors that list the known ones.
const ExportFormat& findExportFormat(const std::string& id);

}  // namespace oscope::quant
