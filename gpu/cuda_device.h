// One GPU: its two streams and its memory pool.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute/backend.h"
#include "gpu/stream.h"

struct CUmemPoolHandle_st;

namespace oscope::gpu {

/// Every GPU that this program can use; empty with `reason` set where there is none. Asks the driver only: no context
/// is made on any of them. freeBytes is 0 where nobody can tell it so. Never throws.
std::vector<compute::DeviceInfo> findDevices(std::string& reason);

/// All kernels run on the compute stream, in the order of the calls; weights come in over the copy stream. Memory comes
/// from a pool in stream order: freed memory is used again only behind the kernels that were given it before.
class CudaDevice {
 public:
  /// `budget`: most bytes to use, 0 for all that are free but what the driver needs.
  CudaDevice(int ordinal, std::uint64_t budget);
  ~CudaDevice();
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;

  /// The CUDA runtime keeps the current device per thread: every entry from outside calls this first.
  void makeCurrent() const;
  const Stream& compute() const { return m_streams->compute; }
  const Stream& copies() const { return m_streams->copies; }
  int ordinal() const { return m_ordinal; }
  int multiprocessors() const { return m_multiprocessors; }
  /// major * 10 + minor, e.g. 90.
  int computeCapability() const { return m_capability; }

  /// Memory for work on `stream`. Where there is none, or the budget is spent, an OutOfMemory error.
  void* allocate(std::size_t bytes, const Stream& stream);
  /// Freed behind everything that the compute stream was given so far.
  void free(void* memory, std::size_t bytes) noexcept;

  compute::DeviceInfo info() const;

 private:
  struct Streams {
    Stream compute, copies;
  };
  std::uint64_t freeBytes() const;

  int m_ordinal;
  std::uint64_t m_budget;
  compute::DeviceInfo m_description;  ///< asked for once: the driver takes its time
  int m_multiprocessors = 0, m_capability = 0;
  std::unique_ptr<Streams> m_streams;
  CUmemPoolHandle_st* m_pool = nullptr;
  std::atomic<std::uint64_t> m_used{0};
};

}  // namespace oscope::gpu
