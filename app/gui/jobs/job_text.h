// Jobs in words.
#pragma once

#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

/// "18 of 32 blocks · 0:18 left · block 18"; empty while nothing is counted.
QString progressText(const Progress& progress);
/// What happened, where, and how to go on, in lines; "stopped" for a cancelled job.
QString outcomeText(const JobOutcome& outcome);

}  // namespace oscope::gui
