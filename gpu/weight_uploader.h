// Weights on their way to the device: read from the mapped file and sent in pinned pieces, beside the kernels.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "analysis/compute/host_matrix.h"
#include "gpu/device_buffer.h"
#include "gpu/host_buffer.h"

namespace oscope::gpu {

/// One tensor that comes over the copy stream.
class Upload {
 public:
  Upload(std::shared_ptr<CudaDevice> device, compute::HostTensor source);
  /// Frees the memory behind the copy.
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  /// Lets the compute stream wait for the copy. Waits on the host until the copy was given to the device; an error on
  /// the way there is thrown here.
  void letComputeWait();
  const DeviceBuffer& buffer() const { return *m_buffer; }

 private:
  friend class WeightUploader;
  std::shared_ptr<CudaDevice> m_device;
  compute::HostTensor m_source;  ///< let go once it was read
  std::unique_ptr<DeviceBuffer> m_buffer;
  Event m_ready;
  std::promise<void> m_promise;
  std::shared_future<void> m_issued;
  bool m_begun = false;  ///< of the uploading thread; read by others behind m_issued or when it is the last owner
};

/// One thread that copies from mapped files into two pinned buffers in turn: while the device fetches one, the next
/// piece is read into the other.
class WeightUploader {
 public:
  explicit WeightUploader(std::shared_ptr<CudaDevice> device);
  /// Drops what was not begun.
  ~WeightUploader();
  WeightUploader(const WeightUploader&) = delete;
  WeightUploader& operator=(const WeightUploader&) = delete;

  /// Takes device memory at once (OutOfMemory where there is none) and copies later, in the order of the calls.
  std::shared_ptr<Upload> start(compute::HostTensor source);
  /// Frees the memory of uploads that nobody waits for any more, and waits for one that is on its way. False: there
  /// were none. For a caller that found no memory.
  bool dropAbandoned();

 private:
  void run();
  void send(Upload& upload);

  std::shared_ptr<CudaDevice> m_device;
  std::array<std::unique_ptr<HostStage>, 2> m_stages;
  std::size_t m_next = 0;
  std::mutex m_mutex;
  std::condition_variable m_wake;
  std::condition_variable m_idle;
  std::deque<std::shared_ptr<Upload>> m_queue;
  std::shared_ptr<Upload> m_current;  ///< being sent
  bool m_stop = false;
  std::thread m_thread;
};

}  // namespace oscope::gpu
