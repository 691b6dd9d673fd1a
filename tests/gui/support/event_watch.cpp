#include "tests/gui/support/event_watch.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QEvent>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace oscope::test {
namespace {

/// What the kernel knows about this thread, in nanoseconds.
struct ThreadTimes {
  double wall = 0, cpu = 0, waited = 0;  ///< waited: ready to run, without a core
  long gaveUp = 0;                       ///< times that it went to sleep by itself
};

ThreadTimes now() {
  ThreadTimes times;
  times.wall = static_cast<double>(std::chrono::steady_clock::now().time_since_epoch().count());
  timespec cpu{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  times.cpu = static_cast<double>(cpu.tv_sec) * 1e9 + static_cast<double>(cpu.tv_nsec);
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) == 0) times.gaveUp = usage.ru_nvcsw;
  static const int file = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  char text[128] = {};
  unsigned long long ran = 0, waited = 0;
  if (file >= 0 && ::pread(file, text, sizeof text - 1, 0) > 0 && std::sscanf(text, "%llu %llu", &ran, &waited) == 2) {
    times.waited = static_cast<double>(waited);
  }
  return times;
}

}  // namespace

bool WatchedApplication::notify(QObject* receiver, QEvent* event) {
  if (!m_watching || m_depth > 0) return QApplication::notify(receiver, event);
  const QString what =
      QStringLiteral("%1, event %2").arg(QLatin1String(receiver->metaObject()->className())).arg(event->type());
  const ThreadTimes before = now();
  ++m_depth;
  const bool handled = QApplication::notify(receiver, event);
  --m_depth;
  const ThreadTimes after = now();
  const double wall = (after.wall - before.wall) / 1e6;
  const bool slept = after.gaveUp != before.gaveUp;
  const double busy = slept ? wall - (after.waited - before.waited) / 1e6 : (after.cpu - before.cpu) / 1e6;
  m_longest.wallMilliseconds = std::max(m_longest.wallMilliseconds, wall);
  if (busy > m_longest.busyMilliseconds) {
    m_longest.busyMilliseconds = busy;
    m_longest.what = what;
  }
  return handled;
}

void WatchedApplication::startWatch() {
  m_longest = {};
  m_watching = true;
}

LongestEvent WatchedApplication::stopWatch() {
  m_watching = false;
  return m_longest;
}

}  // namespace oscope::test
