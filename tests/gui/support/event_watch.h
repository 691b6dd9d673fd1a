// A watchdog over the GUI thread: how long the longest event kept it from the next one.
#pragma once

#include <QApplication>
#include <QElapsedTimer>

namespace oscope::test {

/// One event, measured from its delivery to the return of its handler, nested deliveries included.
///
/// `busy` is the wall time less the time that the thread was ready to run and had no core: so what the handler itself
/// computed, and what it waited for (locks, disk), both count, and a machine full of other work does not. The kernel
/// counts it for every thread (/proc/thread-self/schedstat); where it doesn't, the thread's CPU time stands in.
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
