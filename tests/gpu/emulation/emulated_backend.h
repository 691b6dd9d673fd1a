// The CPU backend with the statistics of the CUDA backend: their orchestration as it is, their kernels emulated.
#pragma once

#include <memory>

#include "gpu/device_buffer.h"
#include "tests/gpu/emulation/cuda_emulation.h"
#include "tests/support/forwarding_backend.h"

namespace oscope::test {

class EmulatedBackend final : public ForwardingBackend {
 public:
  explicit EmulatedBackend(const Schedule& schedule);

  std::unique_ptr<compute::SiteAccumulator> makeAccumulator(std::int64_t channels,
                                                            const compute::ReductionSpec& spec) override;
  void accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const Layout& layout,
                  std::int64_t firstToken) override;

 private:
  std::shared_ptr<gpu::CudaDevice> m_device;
};

}  // namespace oscope::test
