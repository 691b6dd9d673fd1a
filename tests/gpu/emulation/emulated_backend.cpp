#include "tests/gpu/emulation/emulated_backend.h"

#include <stdexcept>

#include "analysis/compute/cpu_backend.h"
#include "gpu/device_site_accumulator.h"

namespace oscope::test {

EmulatedBackend::EmulatedBackend(const Schedule& schedule)
    : ForwardingBackend(std::make_unique<compute::CpuBackend>(1)),
      m_device(std::make_shared<gpu::CudaDevice>(0, std::uint64_t{0})) {
  setSchedule(schedule);
}

std::unique_ptr<compute::SiteAccumulator> EmulatedBackend::makeAccumulator(std::int64_t channels,
                                                                           const compute::ReductionSpec& spec) {
  return std::make_unique<gpu::DeviceSiteAccumulator>(m_device, channels, spec);
}

void EmulatedBackend::accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const Layout& layout,
                                 std::int64_t firstToken) {
  dynamic_cast<gpu::DeviceSiteAccumulator&>(accumulator)
      .accumulate(x.as<float>(), layout.starts.data(), layout.sequences(), x.rows, firstToken);
}

}  // namespace oscope::test
