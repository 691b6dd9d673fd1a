// A snapshot that holds the given calibration statistics of a model: channel ranges and means, no histograms or rows.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/model/open_model.h"
#include "tests/support/made_snapshot.h"

namespace oscope::test {

/// `name` of a given model; reads golden/<name>.calibration.safetensors under `root`.
MadeSnapshot goldenSnapshot(const std::filesystem::path& root, const std::string& name,
                            const model::OpenedModel& model);

}  // namespace oscope::test
