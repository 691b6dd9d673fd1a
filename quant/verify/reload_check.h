// Checks the written files against the sidecar and the source model, before anything runs.
#pragma once

#include <vector>

#include "quant/export/exported_model.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// Every check of an export: config groups, tensor names, shapes, dtypes and hashes, static scales, folded norms, and
/// codes against the folded weights of the source. Failures name tensor, file and byte offset. One block in memory.
std::vector<FileCheck> checkFiles(const ExportedModel& exported, const model::OpenedModel& model,
                                  const JobContext& context);

}  // namespace oscope::quant
