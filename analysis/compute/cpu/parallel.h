// Work of the CPU backend, cut into items that don't depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "analysis/base/thread_pool.h"

namespace oscope::compute::cpu {

/// The pool, the stop token and scratch memory per thread.
class Parallel {
 public:
  explicit Parallel(int threads) : m_pool(threads), m_scratch(static_cast<std::size_t>(m_pool.size())) {}

  int threads() const { return m_pool.size(); }
  void setStopToken(std::stop_token stop) { m_stop = std::move(stop); }
  /// Throws Cancelled where a stop was requested.
  void checkCancelled() const;

  /// body(item, worker) for every item; each item should take some milliseconds at most, or call checkCancelled().
  void forEach(std::int64_t count, const std::function<void(std::int64_t item, int worker)>& body);
  /// body(first, last) over [0, rows), in pieces of about `elementsPerPiece` elements of rows that are `width` wide.
  void forRows(std::int64_t rows, std::int64_t width, const std::function<void(std::int64_t, std::int64_t)>& body);

  /// Memory of one worker, at least `count` elements, kept between calls. `slot` tells several arrays apart.
  float* scratch(int worker, int slot, std::size_t count);

 private:
  static constexpr int kSlots = 2;
  struct Scratch {
    std::vector<float> arrays[kSlots];
  };
  ThreadPool m_pool;
  std::stop_token m_stop;
  std::vector<Scratch> m_scratch;
};

}  // namespace oscope::compute::cpu
