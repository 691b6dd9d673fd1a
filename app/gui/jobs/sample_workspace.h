// The bundled sample as a workspace: calibrated at the first click, opened from then on.
#pragma once

#include <filesystem>

#include "analysis/base/job_context.h"

namespace oscope::gui {

/// The folder that holds model/, calib.txt and eval.txt: installed beside the program, or in the source tree of a
/// development build. FileNotFound names the places where it was looked for.
std::filesystem::path sampleFolder();

/// Makes sure that `folder` holds the sample's calibration and a workspace that names it; returns the workspace.
std::filesystem::path makeSampleWorkspace(const std::filesystem::path& folder, const JobContext& context);

}  // namespace oscope::gui
