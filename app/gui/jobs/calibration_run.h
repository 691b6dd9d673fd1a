// One calibration as the window sees it, from its start to its end: dialogs come and go, it stays.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <vector>

#include "analysis/calibration/calibrate.h"
#include "analysis/compute/backend_registry.h"
#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

struct CalibrationRequest {
  calibration::DatasetOptions data;
  calibration::CalibrateOptions options;
  QString device = QStringLiteral("cpu");
  compute::BackendOptions backend = {};
};

class CalibrationRun : public QObject {
  Q_OBJECT

 public:
  CalibrationRun(CalibrationRequest request, const model::ModelGraph& graph, std::uint64_t sourceBytes,
                 QObject* parent);

  const CalibrationRequest& request() const { return m_request; }
  int blocks() const { return m_blocks; }
  Job* job() const { return m_job; }
  bool running() const { return m_job != nullptr && m_job->running(); }
  void stop();  ///< what is finished stays on disk

  // What is known so far.
  int finishedBlocks() const { return static_cast<int>(m_done.size()); }
  const std::vector<calibration::BlockDone>& done() const { return m_done; }
  /// Share of the running block that is through, 0..1.
  double blockShare() const;
  std::int64_t sampleOfBlock() const;  ///< samples of the running block that are through
  double elapsedSeconds() const;
  std::optional<double> secondsLeft() const { return m_progress.etaSeconds; }
  /// Tokens of the whole model per second, without what came from an interrupted run; empty at the beginning.
  std::optional<double> tokensPerSecond() const;
  std::uint64_t bytesRead() const { return m_progress.bytes; }
  std::uint64_t sourceBytes() const { return m_sourceBytes; }
  /// Memory of this process now, and the limit that the run promised.
  std::uint64_t residentBytes() const { return m_resident; }
  std::uint64_t promisedBytes() const { return m_promised; }
  const QStringList& log() const { return m_log; }  ///< lines with the time in front

  // For whoever runs it (StageJobs).
  void attach(Job* job);
  void addBlock(const calibration::BlockDone& done);
  void setPromised(std::uint64_t bytes) { m_promised = bytes; }
  void note(const QString& text);

 signals:
  void changed();
  void blockDone(int block);
  void noted(const QString& line);
  void finished(const oscope::gui::JobOutcome& outcome);

 private:
  CalibrationRequest m_request;
  int m_blocks;
  std::uint64_t m_sourceBytes, m_resident = 0, m_promised = 0;
  QPointer<Job> m_job;
  std::vector<calibration::BlockDone> m_done;
  Progress m_progress;
  std::optional<std::int64_t> m_firstDone;  ///< windows that an interrupted run had finished
  QStringList m_log;
  QElapsedTimer m_clock;
};

}  // namespace oscope::gui
