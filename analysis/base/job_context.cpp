#include "analysis/base/job_context.h"

namespace oscope {

ProgressMeter::ProgressMeter(const JobContext& context, std::string stage, std::string unit, std::int64_t total,
                             std::int64_t alreadyDone)
    : m_context(context), m_alreadyDone(alreadyDone), m_start(std::chrono::steady_clock::now()) {
  m_progress.stage = std::move(stage);
  m_progress.unit = std::move(unit);
  m_progress.total = total;
  m_progress.done = alreadyDone;
  m_context.report(m_progress);
}

void ProgressMeter::advance(std::int64_t units, std::uint64_t bytes, std::string note) {
  m_progress.done += units;
  m_progress.bytes += bytes;
  m_progress.note = std::move(note);
  m_progress.elapsedSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
  const std::int64_t doneHere = m_progress.done - m_alreadyDone;
  if (doneHere > 0) {
    m_progress.etaSeconds = m_progress.elapsedSeconds * static_cast<double>(m_progress.total - m_progress.done) /
                            static_cast<double>(doneHere);
  }
  m_context.report(m_progress);
  m_context.checkCancelled();
}

}  // namespace oscope
