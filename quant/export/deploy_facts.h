// Collects what the sidecar says about source, sites and files.
#pragma once

#include <filesystem>

#include "quant/export/deploy_config.h"
#include "quant/export/export_format.h"
#include "quant/transform/quantize_block.h"

namespace oscope::quant {

/// Everything but sites, tensors and files of the export. Reads every source shard once for its hash.
DeployConfig describeSource(const ExportInput& input, const JobContext& context);

/// Site `index` of a quantized block.
DeploySite describeSite(const model::BlockGraph& block, const QuantizedBlock& quantized, std::size_t index,
                        const stats::Snapshot& snapshot, const Recipe& recipe);

/// Size and hash of `folder`/`name`; can be stopped.
DeployFile describeFile(const std::filesystem::path& folder, const std::string& name, const JobContext& context);

/// Writes the scale and shift vectors of all folded sites below `folder`; false where there are none.
bool writeFoldVectors(const std::vector<DeploySite>& sites, const std::filesystem::path& folder);

}  // namespace oscope::quant
