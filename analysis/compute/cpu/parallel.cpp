#include "analysis/compute/cpu/parallel.h"

#include <algorithm>

#include "analysis/base/error.h"

namespace oscope::compute::cpu {
namespace {

constexpr std::int64_t kElementsPerPiece = 64 * 1024;

}  // namespace

void Parallel::checkCancelled() const {
  if (m_stop.stop_requested()) throw Cancelled();
}

void Parallel::forEach(std::int64_t count, const std::function<void(std::int64_t, int)>& body) {
  if (count == 1) {  // no other thread is woken for one item
    checkCancelled();
    body(0, 0);
    return;
  }
  m_pool.parallelFor(count, [&](std::int64_t item, int worker) {
    checkCancelled();
    body(item, worker);
  });
}

void Parallel::forRows(std::int64_t rows, std::int64_t width,
                       const std::function<void(std::int64_t, std::int64_t)>& body) {
  const std::int64_t step = std::max<std::int64_t>(1, kElementsPerPiece / std::max<std::int64_t>(1, width));
  forEach((rows + step - 1) / step,
          [&](std::int64_t item, int) { body(item * step, std::min(rows, (item + 1) * step)); });
}

float* Parallel::scratch(int worker, int slot, std::size_t count) {
  std::vector<float>& array = m_scratch[static_cast<std::size_t>(worker)].arrays[slot];
  if (array.size() < count) {
    array.clear();  // frees before it grows: the old content is of no use
    array.shrink_to_fit();
    array.resize(count);
  }
  return array.data();
}

}  // namespace oscope::compute::cpu
