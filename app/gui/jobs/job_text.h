// Jobs in words.
#pragma once

#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

/// "18 of 32 blocks · 0:18 left · block 18"; empty while nothing is counted.
QString progressText(const Progress& progress);
/// Thousandths of the work that are through; -1 while nothing is counted.
int progressPermille(const Progress& progress);
/// Of a job that has ended, in a few words: "8 blocks in 0:41", "done in 0.4 s", "cancelled after 2.0 s", "failed: …".
QString endText(const Job& job);
/// What happened, where, and how to go on, in lines; "stopped" for a cancelled job.
QString outcomeText(const JobOutcome& outcome);

}  // namespace oscope::gui
