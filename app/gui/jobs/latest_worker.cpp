#include "app/gui/jobs/latest_worker.h"

#include <QMetaObject>

namespace oscope::gui {

LatestWorker::LatestWorker(QObject* parent) : QObject(parent) {
  m_thread = std::jthread([this](std::stop_token stop) {
    while (true) {
      Request request;
      {
        std::unique_lock lock(m_mutex);
        if (!m_wake.wait(lock, stop, [this] { return m_next.has_value(); })) return;
        request = std::move(*m_next);
        m_next.reset();
      }
      request.work();
      if (stop.stop_requested()) return;
      QMetaObject::invokeMethod(this, std::move(request.done), Qt::QueuedConnection);
    }
  });
}

LatestWorker::~LatestWorker() {
  m_thread.request_stop();
  m_thread.join();
}

void LatestWorker::submit(std::function<void()> work, std::function<void()> done) {
  {
    std::lock_guard lock(m_mutex);
    m_next = Request{std::move(work), std::move(done)};
  }
  m_wake.notify_one();
}

}  // namespace oscope::gui
