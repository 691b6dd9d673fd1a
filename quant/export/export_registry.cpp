#include "quant/export/export_registry.h"

#include "analysis/base/error.h"
#include "quant/export/ct_exact.h"

namespace oscope::quant {

const std::vector<std::unique_ptr<ExportFormat>>& exportFormats() {
  static const auto formats = [] {
    std::vector<std::unique_ptr<ExportFormat>> list;
    list.push_back(makeCtExact());
    return list;
  }();
  return formats;
}

const ExportFormat& findExportFormat(const std::string& id) {
  std::string known;
  for (const auto& format : exportFormats()) {
    if (format->id() == id) return *format;
    known += (known.empty() ? "" : ", ") + format->id();
  }
  throw Error(ErrorCode::InvalidArgument, "export format '" + id + "'", "is unknown", "choose one of: " + known);
}

}  // namespace oscope::quant
