// The one way work leaves the GUI thread: a worker, throttled progress, cancel, a queued result.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "analysis/base/job_context.h"

namespace oscope::gui {

/// How a job ended. Exceptions never cross threads: they arrive as values.
struct JobOutcome {
  enum class State { Done, Cancelled, Failed } state = State::Done;
  QString message;  ///< Failed: what happened and how to go on
  QString where, text, remedy;
};

/// One running or finished job, for the Jobs dock. Lives in the GUI thread.
class Job : public QObject {
  Q_OBJECT

 public:
  int id() const { return m_id; }
  const QString& title() const { return m_title; }
  /// Of jobs that replace each other ("newest wins"); empty: none.
  const QString& channel() const { return m_channel; }
  /// Without a title: too small a thing for the list of jobs (checks while typing).
  bool quiet() const { return m_title.isEmpty(); }
  bool running() const { return m_running; }
  const Progress& progress() const { return m_progress; }
  const JobOutcome& outcome() const { return m_outcome; }
  double seconds() const { return m_seconds; }
  /// Asks the job to stop; the result arrives as Cancelled within a second.
  void cancel() { m_thread.request_stop(); }

 signals:
  void progressed(const oscope::Progress& progress);
  void finished(const oscope::gui::JobOutcome& outcome);

 private:
  friend class JobRunner;
  Job(int id, QString title, QString channel) : m_id(id), m_title(std::move(title)), m_channel(std::move(channel)) {}

  int m_id;
  QString m_title, m_channel;
  bool m_running = true;
  Progress m_progress;
  JobOutcome m_outcome;
  double m_seconds = 0;
  QElapsedTimer m_clock;
  std::jthread m_thread;
};

class JobRunner : public QObject {
  Q_OBJECT

 public:
  explicit JobRunner(QObject* parent = nullptr) : QObject(parent) {}
  /// Stops all jobs and waits for them.
  ~JobRunner() override;

  /// Runs `work` on its own thread; `done` is called in the GUI thread with its value, unless it was cancelled or
  /// failed, or a newer job of the same non-empty `channel` was started meanwhile (newest wins: the older is
  /// cancelled).
  template <typename T>
  Job* start(const QString& title, std::function<T(const JobContext&)> work, std::function<void(T)> done,
             const QString& channel = {}) {
    auto result = std::make_shared<std::optional<T>>();
    return startErased(
        title, [work = std::move(work), result](const JobContext& context) { result->emplace(work(context)); },
        [done = std::move(done), result] { done(std::move(**result)); }, channel);
  }

  /// Oldest first. Those that have ended are kept for some minutes.
  std::vector<Job*> jobs() const;
  int runningCount() const;
  bool busy() const;  ///< whether a job runs that is not quiet
  bool runs(const QString& channel) const;

 signals:
  void jobStarted(oscope::gui::Job* job);
  void jobFinished(oscope::gui::Job* job);
  /// Findings of any job, for Problems.
  void diagnosed(const oscope::Diagnostic& diagnostic);

 private:
  Job* startErased(const QString& title, std::function<void(const JobContext&)> work, std::function<void()> done,
                   const QString& channel);

  void dropOldest();

  std::vector<std::unique_ptr<Job>> m_jobs;
  int m_nextId = 1;
};

}  // namespace oscope::gui
