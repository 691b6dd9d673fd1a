// The one pool of the program. Results never depend on its size: work is cut by the caller into fixed items.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace oscope {

/// Cores that this process may use, at least one.
int usableCores();

class ThreadPool {
 public:
  /// `threads` >= 1; 0 means one per core that this process may use.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return m_size; }

  /// Runs body(item, worker) for item in [0, count), worker in [0, size()); returns when all are done. The caller
  /// works too. The first exception stops the hand-out of items and is rethrown here. Not reentrant.
  void parallelFor(std::int64_t count, const std::function<void(std::int64_t item, int worker)>& body);

 private:
  void workerLoop(int worker, std::stop_token stop);
  void runItems(int worker);

  int m_size;
  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::condition_variable m_finished;
  const std::function<void(std::int64_t, int)>* m_body = nullptr;
  std::int64_t m_next = 0, m_count = 0;
  int m_active = 0;
  std::uint64_t m_generation = 0;
  std::exception_ptr m_failure;
  std::vector<std::jthread> m_threads;
};

}  // namespace oscope
