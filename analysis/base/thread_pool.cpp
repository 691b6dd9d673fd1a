#include "analysis/base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace oscope {

int usableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

ThreadPool::ThreadPool(int threads) : m_size(threads > 0 ? threads : usableCores()) {
  for (int worker = 1; worker < m_size; ++worker) {
    m_threads.emplace_back([this, worker](std::stop_token stop) { workerLoop(worker, stop); });
  }
}

ThreadPool::~ThreadPool() = default;  // each jthread requests its stop, which wakes the wait below

void ThreadPool::parallelFor(std::int64_t count, const std::function<void(std::int64_t, int)>& body) {
  if (count <= 0) return;
  {
    std::lock_guard lock(m_mutex);
    m_body = &body;
    m_next = 0;
    m_count = count;
    m_failure = nullptr;
    ++m_generation;
    m_active = 1;
  }
  if (count > 1) m_wake.notify_all();
  runItems(0);
  std::unique_lock lock(m_mutex);
  --m_active;
  m_finished.wait(lock, [this] { return m_active == 0; });
  m_body = nullptr;
  if (m_failure) std::rethrow_exception(std::exchange(m_failure, nullptr));
}

void ThreadPool::runItems(int worker) {
  for (;;) {
    std::int64_t item;
    const std::function<void(std::int64_t, int)>* body;
    {
      std::lock_guard lock(m_mutex);
      if (m_next >= m_count) return;
      item = m_next++;
      body = m_body;
    }
    try {
      (*body)(item, worker);
    } catch (...) {
      std::lock_guard lock(m_mutex);
      if (!m_failure) m_failure = std::current_exception();
      m_next = m_count;
    }
  }
}

void ThreadPool::workerLoop(int worker, std::stop_token stop) {
  std::uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(m_mutex);
      if (!m_wake.wait(lock, stop, [&] { return m_generation != seen && m_body != nullptr; })) return;
      seen = m_generation;
      ++m_active;
    }
    runItems(worker);
    {
      std::lock_guard lock(m_mutex);
      --m_active;
    }
    m_finished.notify_all();
  }
}

}  // namespace oscope
