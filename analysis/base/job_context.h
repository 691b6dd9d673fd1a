// What a running stage gets from its caller: a way to be stopped and a place to report progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "analysis/base/diagnostic.h"
#include "analysis/base/error.h"

namespace oscope {

/// One report of a stage. `done` of `total` `unit`s ("blocks", "windows", "tensors"); `bytes` moved so far.
struct Progress {
  std::string stage;
  std::string unit;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::uint64_t bytes = 0;
  double elapsedSeconds = 0;
  std::optional<double> etaSeconds;  ///< empty until a rate is known
  std::string note;                  ///< e.g. "block 3, 1,540 tokens/s"
};

/// Called from the job's thread; must be quick and may be called often (the receiver throttles).
using ProgressSink = std::function<void(const Progress&)>;
/// Receives findings as they are made, besides the report that the stage returns.
using DiagnosticSink = std::function<void(const Diagnostic&)>;

/// Passed by reference into every stage. Default-constructed: can't be stopped, reports nowhere.
struct JobContext {
  std::stop_token stop;
  ProgressSink progress;
  DiagnosticSink diagnostic;

  /// Throws Cancelled where the stop was requested. Called at least every few milliseconds of work.
  void checkCancelled() const {
    if (stop.stop_requested()) throw Cancelled();
  }
  void report(const Progress& value) const {
    if (progress) progress(value);
  }
  void report(const Diagnostic& value) const {
    if (diagnostic) diagnostic(value);
  }
};

/// Counts the work of one stage and reports it with elapsed time and ETA (from the mean rate since the start).
class ProgressMeter {
 public:
  /// `alreadyDone` units came from an earlier, resumed run: they don't count for the rate.
  ProgressMeter(const JobContext& context, std::string stage, std::string unit, std::int64_t total,
                std::int64_t alreadyDone = 0);

  /// Adds `units` and `bytes`, reports, and throws Cancelled where a stop was requested.
  void advance(std::int64_t units, std::uint64_t bytes = 0, std::string note = {});

 private:
  const JobContext& m_context;
  Progress m_progress;
  std::int64_t m_alreadyDone;
  std::chrono::steady_clock::time_point m_start;
};

}  // namespace oscope
