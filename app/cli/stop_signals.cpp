#include "app/cli/stop_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "analysis/base/error.h"

namespace oscope::cli {
namespace {

// A handler may do little more than write(): the watcher thread at the other end of this pipe does the rest.
std::atomic<int> g_writeEnd{-1};

constexpr char kStop = 's', kQuit = 'q';

void onSignal(int) {
  const int saved = errno;
  [[maybe_unused]] const auto written = write(g_writeEnd.load(), &kStop, 1);
  errno = saved;
}

}  // namespace

StopSignals::StopSignals() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw systemError(errno, "signal pipe", "create");
  m_readEnd = ends[0];
  g_writeEnd = ends[1];
  m_watcher = std::thread([this] {
    char what = 0;
    while (read(m_readEnd, &what, 1) < 0 && errno == EINTR) continue;
    if (what == kStop) m_source.request_stop();
  });
  struct sigaction action = {};
  action.sa_handler = onSignal;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  [[maybe_unused]] const auto written = write(g_writeEnd.load(), &kQuit, 1);
  m_watcher.join();
  close(g_writeEnd.exchange(-1));
  close(m_readEnd);
}

}  // namespace oscope::cli
