// A real calibration of a given model on its golden's own windows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::test {

/// Runs every default observer, and `extra` ones ("gram"), on golden/<name>.calibration's token windows; the snapshot's
/// file lies in `folder`. `rows` > 0: how many tokens are kept whole.
stats::SnapshotPtr calibratedSnapshot(const std::filesystem::path& root, const std::string& name,
                                      const model::OpenedModel& model, const ScratchFolder& folder,
                                      const std::vector<std::string>& extra = {}, std::int64_t rows = 0);

}  // namespace oscope::test
