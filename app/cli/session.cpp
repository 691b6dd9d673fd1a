#include <fmt/format.h>

#include <cstdio>

#include "app/cli/command.h"

namespace oscope::cli {

Session::Session(std::stop_token stop, bool json, bool quiet)
    : m_stop(std::move(stop)),
      m_json(json),
      m_quiet(quiet),
      m_progress(stderr, quiet ? ConsoleProgress::Style::Silent : ConsoleProgress::styleOf(stderr)) {}

JobContext Session::context() {
  JobContext context;
  context.stop = m_stop;
  context.progress = [this](const Progress& progress) { m_progress.show(progress); };
  context.diagnostic = [this](const Diagnostic& diagnostic) { m_progress.show(diagnostic); };
  return context;
}

void Session::print(std::string_view text) {
  if (m_json) return;
  m_progress.clear();
  fmt::print(stdout, "{}", text);
  std::fflush(stdout);
}

void Session::note(std::string_view text) {
  if (m_quiet) return;
  m_progress.clear();
  fmt::print(stderr, "{}\n", text);
}

void Session::show(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) m_progress.show(diagnostic);
}

void Session::emit(const Json& result) {
  if (!m_json) return;
  m_progress.clear();
  fmt::print(stdout, "{}\n", result.dump(2));
  std::fflush(stdout);
}

}  // namespace oscope::cli
