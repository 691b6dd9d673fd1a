// What an interrupted calibration was about, read from its work folder: so that a face can offer to go on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/work_folder.h"

namespace oscope::calibration {

struct InterruptedRun {
  DatasetOptions data;  ///< as it was asked for
  CalibrateOptions options;
  std::string modelFingerprint;
  std::string device;  ///< kind of the device: "cpu", "cuda"; only the same kind gives the same bits
  int finishedBlocks = 0;
};

/// The run that was writing to `output`; nullopt where there is none, or none that this version can go on with.
std::optional<InterruptedRun> findInterruptedRun(const std::filesystem::path& output);
/// Discards it. A run that is still going on in another process is an error.
void discardInterruptedRun(const std::filesystem::path& output);

/// Writes what `job.json` lacks: where the tokens lie, and the memory limit.
void rememberRequest(const WorkFolder& work, const Dataset& data, const CalibrateOptions& options);

}  // namespace oscope::calibration
