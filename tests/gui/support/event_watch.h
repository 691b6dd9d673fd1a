// A watchdog over the GUI thread: how long the longest event kept it from the next one.
#pragma once

#include <QApplication>
#include <QElapsedTimer>

namespace oscope::test {

/// One event, measured from its delivery to the return of its handler, nested deliveries included.
///
/// `busy` leaves out what the machine did to the thread, so that other work on it can't fail a test: it is the CPU time
/// of the handler where that never gave up its core by itself. Where it did (a lock, a disk: ru_nvcsw of the thread),
/// it is the wall time less the time that the thread was ready to run and had no core (/proc/thread-self/schedstat).
struct LongestEvent {
  double busyMilliseconds = 0, wallMilliseconds = 0;
  QString what;  ///< receiver's class and the event's number
};

/// The application of the GUI tests.
class WatchedApplication : public QApplication {
 public:
  using QApplication::QApplication;
  bool notify(QObject* receiver, QEvent* event) override;
  static WatchedApplication* instance() { return static_cast<WatchedApplication*>(QApplication::instance()); }

  /// Measures from now on.
  void startWatch();
  /// The longest event by busy time, and the longest wall time of any, since startWatch().
  LongestEvent stopWatch();

 private:
  bool m_watching = false;
  int m_depth = 0;
  LongestEvent m_longest;
};

}  // namespace oscope::test
