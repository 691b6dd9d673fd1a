// Calibrations of small models, for the tests of this folder.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/calibration/calibrate.h"
#include "analysis/stats/hdf5_store.h"
#include "tests/support/random_checkpoint.h"
#include "tests/support/test_data.h"

namespace oscope::test {

/// Writes a random checkpoint into `folder` and opens it.
model::OpenedModel openRandomModel(const std::filesystem::path& folder, const RandomShape& shape = {});

/// Seeded ids below `vocabulary`: windows [firstSample, firstSample + samples) of one endless data set.
calibration::Dataset randomData(std::int64_t samples, std::int64_t length, std::int64_t vocabulary,
                                std::int64_t firstSample = 0);

std::unique_ptr<compute::Backend> cpuBackend(int threads);

/// Options that leave nothing to chance: fixed micro-batch, plenty of memory.
calibration::CalibrateOptions fixedOptions(const std::filesystem::path& output);

/// Calibrates on `threads` CPU threads.
calibration::CalibrateReport calibrateModel(const model::OpenedModel& model, const calibration::Dataset& data,
                                            const calibration::CalibrateOptions& options, int threads = 1,
                                            const JobContext& context = {});

}  // namespace oscope::test
