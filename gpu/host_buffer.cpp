#include "gpu/host_buffer.h"

#include "analysis/base/error.h"
#include "analysis/compute/cpu/cpu_buffer.h"
#include "gpu/device_buffer.h"

namespace oscope::gpu {

std::shared_ptr<compute::Buffer> hostBuffer(std::size_t bytes) {
  try {
    return std::make_shared<PinnedBuffer>(bytes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::OutOfMemory) throw;
    return std::make_shared<compute::cpu::CpuBuffer>(bytes);
  }
}

HostStage::~HostStage() {
  try {
    copied.synchronize("host memory");
  } catch (const Error&) {  // a broken device: nothing runs on it any more
  }
}

}  // namespace oscope::gpu
