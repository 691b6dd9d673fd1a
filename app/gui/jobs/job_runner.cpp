#include "app/gui/jobs/job_runner.h"

#include <QMetaObject>
#include <algorithm>
#include <mutex>
#include <new>

namespace oscope::gui {
namespace {

/// Progress goes to the GUI thread at most this often; the last report always arrives.
constexpr std::chrono::milliseconds kProgressInterval{50};
constexpr double kKeptSeconds = 600;  // of jobs that have ended

JobOutcome runGuarded(const std::function<void(const JobContext&)>& work, const JobContext& context) {
  JobOutcome outcome;
  try {
    work(context);
  } catch (const Cancelled&) {
    outcome.state = JobOutcome::State::Cancelled;
  } catch (const Error& error) {
    outcome.state = JobOutcome::State::Failed;
    outcome.message = QString::fromUtf8(error.what());
    outcome.where = QString::fromStdString(error.where());
    outcome.text = QString::fromStdString(error.text());
    outcome.remedy = QString::fromStdString(error.remedy());
  } catch (const std::bad_alloc&) {
    outcome.state = JobOutcome::State::Failed;
    outcome.message = outcome.text = QStringLiteral("not enough memory");
    outcome.remedy = QStringLiteral("lower the memory budget or close other programs");
  } catch (const std::exception& error) {
    outcome.state = JobOutcome::State::Failed;
    outcome.message = outcome.text = QString::fromUtf8(error.what());
  }
  return outcome;
}

}  // namespace

JobRunner::~JobRunner() {
  for (const auto& job : m_jobs) job->cancel();
  for (const auto& job : m_jobs) {
    if (job->m_thread.joinable()) job->m_thread.join();
  }
}

std::vector<Job*> JobRunner::jobs() const {
  std::vector<Job*> all;
  for (const auto& job : m_jobs) all.push_back(job.get());
  return all;
}

int JobRunner::runningCount() const {
  return static_cast<int>(std::count_if(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return job->running(); }));
}

bool JobRunner::busy() const {
  return std::any_of(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return job->running() && !job->quiet(); });
}

bool JobRunner::runs(const QString& channel) const {
  return std::any_of(m_jobs.begin(), m_jobs.end(),
                     [&](const auto& job) { return job->running() && job->channel() == channel; });
}

void JobRunner::dropOldest() {
  std::erase_if(m_jobs, [](const auto& job) {
    return !job->running() && static_cast<double>(job->m_clock.elapsed()) / 1000.0 - job->m_seconds > kKeptSeconds;
  });
}

Job* JobRunner::startErased(const QString& title, std::function<void(const JobContext&)> work,
                            std::function<void()> done, const QString& channel) {
  dropOldest();
  if (!channel.isEmpty()) {
    for (const auto& job : m_jobs) {
      if (job->channel() == channel && job->running()) job->cancel();
    }
  }
  m_jobs.push_back(std::unique_ptr<Job>(new Job(m_nextId++, title, channel)));
  Job* job = m_jobs.back().get();
  job->m_clock.start();

  // Everything that the worker posts is queued to `this`; Qt drops what is pending when the runner dies.
  job->m_thread = std::jthread([this, job, work = std::move(work), done = std::move(done)](std::stop_token stop) {
    JobContext context;
    context.stop = stop;
    std::mutex mutex;
    auto last = std::chrono::steady_clock::time_point{};
    context.progress = [&, this, job](const Progress& progress) {
      {
        std::lock_guard lock(mutex);
        const auto now = std::chrono::steady_clock::now();
        if (now - last < kProgressInterval && progress.done != progress.total) return;
        last = now;
      }
      QMetaObject::invokeMethod(
          this,
          [job, progress] {
            job->m_progress = progress;
            emit job->progressed(progress);
          },
          Qt::QueuedConnection);
    };
    context.diagnostic = [this](const Diagnostic& diagnostic) {
      QMetaObject::invokeMethod(
          this, [this, diagnostic] { emit diagnosed(diagnostic); }, Qt::QueuedConnection);
    };
    const JobOutcome outcome = runGuarded(work, context);
    QMetaObject::invokeMethod(
        this,
        [this, job, outcome, done, stop] {
          job->m_running = false;
          job->m_outcome = outcome;
          job->m_seconds = static_cast<double>(job->m_clock.elapsed()) / 1000.0;
          if (outcome.state == JobOutcome::State::Done) {
            if (stop.stop_requested()) {
              job->m_outcome.state = JobOutcome::State::Cancelled;  // finished too late: a newer job won
            } else {
              done();
            }
          }
          emit job->finished(job->m_outcome);
          emit jobFinished(job);
        },
        Qt::QueuedConnection);
  });
  emit jobStarted(job);
  return job;
}

}  // namespace oscope::gui
