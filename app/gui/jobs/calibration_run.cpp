#include "app/gui/jobs/calibration_run.h"

#include <QTime>
#include <algorithm>

#include "analysis/base/process_memory.h"
#include "app/common/number_format.h"

namespace oscope::gui {

CalibrationRun::CalibrationRun(CalibrationRequest request, const model::ModelGraph& graph, std::uint64_t sourceBytes,
                               QObject* parent)
    : QObject(parent),
      m_request(std::move(request)),
      m_blocks(static_cast<int>(graph.blocks.size())),
      m_sourceBytes(sourceBytes) {
  m_clock.start();
}

void CalibrationRun::attach(Job* job) {
  m_job = job;
  connect(job, &Job::progressed, this, [this](const Progress& progress) {
    if (progress.stage != "calibrate") return;  // the snapshot is being put together
    m_progress = progress;
    if (!m_firstDone) m_firstDone = progress.done;
    m_resident = residentMemory();
    emit changed();
  });
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Cancelled) {
      note(tr("stopped; %1 of %2 blocks are kept").arg(finishedBlocks()).arg(m_blocks));
    } else if (outcome.state == JobOutcome::State::Failed) {
      note(tr("failed: %1").arg(outcome.text));
    }
    emit changed();
    emit finished(outcome);
  });
}

void CalibrationRun::stop() {
  if (running()) m_job->cancel();
}

void CalibrationRun::addBlock(const calibration::BlockDone& done) {
  m_done.push_back(done);
  const auto worst = std::max_element(done.ranges.begin(), done.ranges.end(),
                                      [](const auto& a, const auto& b) { return a.range < b.range; });
  QString text = done.resumed ? tr("block %1 taken over").arg(done.block) : tr("block %1 durable").arg(done.block);
  if (worst != done.ranges.end()) {
    text += tr(", largest v %1 at %2")
                .arg(QString::fromStdString(app::formatRange(static_cast<double>(worst->range))),
                     QString::fromUtf8(toString(worst->site.kind).data()));
  }
  note(text);
  emit blockDone(done.block);
  emit changed();
}

void CalibrationRun::note(const QString& text) {
  m_log << QTime::currentTime().toString(QStringLiteral("HH:mm:ss  ")) + text;
  emit noted(m_log.last());
}

std::int64_t CalibrationRun::sampleOfBlock() const {
  return m_request.data.samples > 0 ? m_progress.done % m_request.data.samples : 0;
}

double CalibrationRun::blockShare() const {
  if (m_request.data.samples <= 0 || m_progress.total <= 0) return 0;
  const double through = static_cast<double>(m_progress.done) / static_cast<double>(m_request.data.samples);
  return std::clamp(through - finishedBlocks(), 0.0, 1.0);
}

double CalibrationRun::elapsedSeconds() const {
  return running() ? static_cast<double>(m_clock.elapsed()) / 1000 : m_job != nullptr ? m_job->seconds() : 0;
}

std::optional<double> CalibrationRun::tokensPerSecond() const {
  if (!m_firstDone || m_progress.done <= *m_firstDone || m_progress.elapsedSeconds <= 0) return std::nullopt;
  const double windows = static_cast<double>(m_progress.done - *m_firstDone) / m_blocks;
  return windows * static_cast<double>(m_request.data.length) / m_progress.elapsedSeconds;
}

}  // namespace oscope::gui
