// One thread for pictures that follow the mouse: it works on the newest request and drops what waited before it. What a
// user waits for, sees in Jobs or cancels belongs to the JobRunner.
#pragma once

#include <QObject>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace oscope::gui {

class LatestWorker : public QObject {
  Q_OBJECT

 public:
  explicit LatestWorker(QObject* parent = nullptr);
  /// Waits for the request in work; a waiting one is dropped.
  ~LatestWorker() override;

  /// Runs `work` on the thread, then `done` in the GUI thread. `work` must not throw.
  void submit(std::function<void()> work, std::function<void()> done);

 private:
  struct Request {
    std::function<void()> work, done;
  };
  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::optional<Request> m_next;
  std::jthread m_thread;  ///< last: stops before the rest goes
};

}  // namespace oscope::gui
