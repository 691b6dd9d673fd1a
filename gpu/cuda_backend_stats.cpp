// Statistics of the CUDA backend.
#include "analysis/base/error.h"
#include "gpu/cuda_backend.h"
#include "gpu/device_site_accumulator.h"

namespace oscope::gpu {

std::unique_ptr<compute::SiteAccumulator> CudaBackend::makeAccumulator(std::int64_t channels,
                                                                       const compute::ReductionSpec& spec) {
  enter();
  return std::make_unique<DeviceSiteAccumulator>(m_device, channels, spec);
}

void CudaBackend::accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const SequenceLayout& layout,
                             std::int64_t firstToken) {
  enter();
  auto* own = dynamic_cast<DeviceSiteAccumulator*>(&accumulator);
  if (own == nullptr || x.dtype != DType::F32 || x.rows != layout.rows() || x.cols != own->channels()) {
    throw Error(ErrorCode::Internal, "accumulate", "an accumulator of another backend or another shape");
  }
  // The linears of the site come next: what they multiply is made in the same read.
  std::uint16_t* halves = m_matmul.expectedHalves(x, layout, m_precision);
  try {
    own->accumulate(x.as<float>(), onDevice(layout).starts, layout.sequences(), x.rows, firstToken, halves);
  } catch (...) {
    m_matmul.forget();
    throw;
  }
}

}  // namespace oscope::gpu
