#include "app/cli/console_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/text_table.h"
#include "app/common/number_format.h"

namespace oscope::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kLiveInterval = 100ms;
constexpr auto kSparseInterval = 10s;

std::size_t terminalWidth(std::FILE* out) {
  winsize size = {};
  return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progressLine(const Progress& progress) {
  std::string line = progress.stage + ": ";
  if (progress.total > 0) {
    line += fmt::format("{}/{} {} ({} %)", app::formatCount(progress.done), app::formatCount(progress.total),
                        progress.unit, 100 * progress.done / progress.total);
  } else {
    line += fmt::format("{} {}", app::formatCount(progress.done), progress.unit);
  }
  if (!progress.note.empty()) line += ", " + progress.note;
  if (progress.bytes > 0) line += ", " + app::formatBytes(static_cast<double>(progress.bytes));
  line += ", " + app::formatDuration(progress.elapsedSeconds);
  if (progress.etaSeconds && progress.done < progress.total) {
    line += ", " + app::formatDuration(*progress.etaSeconds) + " left";
  }
  return line;
}

std::string diagnosticLine(const Diagnostic& diagnostic) {
  constexpr const char* kWords[] = {"note", "warning", "error"};
  std::string line = fmt::format("{}: ", kWords[static_cast<int>(diagnostic.severity)]);
  if (!diagnostic.where.empty()) line += diagnostic.where + ": ";
  line += diagnostic.text;
  if (!diagnostic.remedy.empty()) line += " (" + diagnostic.remedy + ")";
  return line;
}

ConsoleProgress::Style ConsoleProgress::styleOf(std::FILE* out) {
  return isatty(fileno(out)) != 0 ? Style::Live : Style::Sparse;
}

void ConsoleProgress::show(const Progress& progress) {
  if (m_style == Style::Silent) return;
  const std::lock_guard lock(m_mutex);
  const auto now = std::chrono::steady_clock::now();
  const bool newStage = progress.stage != m_stage;
  const bool finished = progress.total > 0 && progress.done >= progress.total;
  const auto interval = m_style == Style::Live ? std::chrono::steady_clock::duration(kLiveInterval) : kSparseInterval;
  if (!newStage && !finished && now - m_last < interval) return;
  m_stage = progress.stage;
  m_last = now;
  const std::string line = progressLine(progress);
  if (m_style == Style::Sparse) {
    fmt::print(m_out, "{}\n", line);
    return;
  }
  fmt::print(m_out, "\r{}\x1b[K", firstCharacters(line, terminalWidth(m_out) - 1));
  m_lineShown = true;
  // A finished stage keeps its last line.
  if (finished) {
    fmt::print(m_out, "\n");
    m_lineShown = false;
  }
  std::fflush(m_out);
}

void ConsoleProgress::show(const Diagnostic& diagnostic) {
  const std::lock_guard lock(m_mutex);
  const std::string line = diagnosticLine(diagnostic);
  if (!m_findings.insert(line).second) return;
  clearLocked();
  fmt::print(m_out, "{}\n", line);
}

void ConsoleProgress::clear() {
  const std::lock_guard lock(m_mutex);
  clearLocked();
}

void ConsoleProgress::clearLocked() {
  if (!m_lineShown) return;
  fmt::print(m_out, "\r\x1b[K");
  std::fflush(m_out);
  m_lineShown = false;
}

}  // namespace oscope::cli
