// Progress and findings on the terminal: one line that is rewritten, or sparse lines where stderr is a file or a pipe.
#pragma once

#include <chrono>
#include <cstdio>
#include <mutex>
#include <set>
#include <string>

#include "analysis/base/job_context.h"

namespace oscope::cli {

/// "calibrate: 3/12 blocks (25 %), block 3, 1,540 tokens/s, 0:41, 2:03 left".
std::string progressLine(const Progress& progress);
/// "warning: <where>: <text> (<remedy>)".
std::string diagnosticLine(const Diagnostic& diagnostic);

/// May be called from any thread.
class ConsoleProgress {
 public:
  enum class Style { Silent, Sparse, Live };
  /// Live where `out` is a terminal, else sparse.
  static Style styleOf(std::FILE* out);

  ConsoleProgress(std::FILE* out, Style style) : m_out(out), m_style(style) {}
  ~ConsoleProgress() { clear(); }
  ConsoleProgress(const ConsoleProgress&) = delete;
  ConsoleProgress& operator=(const ConsoleProgress&) = delete;

  void show(const Progress& progress);
  /// Findings are shown in every style, each once: stages report them as they are made and again at the end.
  void show(const Diagnostic& diagnostic);
  /// Removes the live line, so that other output starts on a clean one.
  void clear();

 private:
  void clearLocked();

  std::FILE* m_out;
  Style m_style;
  std::mutex m_mutex;
  std::string m_stage;
  std::chrono::steady_clock::time_point m_last;
  bool m_lineShown = false;
  std::set<std::string> m_findings;
};

}  // namespace oscope::cli
