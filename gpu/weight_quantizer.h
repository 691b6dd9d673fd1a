// Weights to codes on a GPU: folded, quantized and packed in one read of the stored weight. No CUDA in here: kernels
// are behind kernels/weight_quant.h, so that tests can run the whole of it over an emulated device.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "analysis/compute/weight_quantization.h"
#include "gpu/cuda_weight.h"
#include "gpu/device_buffer.h"
#include "gpu/host_buffer.h"

namespace oscope::gpu {

class WeightQuantizer {
 public:
  explicit WeightQuantizer(std::shared_ptr<CudaDevice> device) : m_device(std::move(device)) {}

  /// compute::Backend::quantizeWeight; the arguments are checked already.
  compute::WeightCodes quantize(const CudaWeight& weight, const compute::WeightFold& fold,
                                const compute::WeightQuant& quant, std::span<const float> clipLimits);

 private:
  template <typename T>
  std::unique_ptr<DeviceBuffer> uploaded(std::span<const T> values) const;
  /// Into pageable memory: waits for what the stream was given before.
  template <typename T>
  void fetch(const DeviceBuffer& buffer, std::vector<T>& values) const;
  /// Unpacks one piece while the next one is on its way. Waits for everything that was fetched before.
  void fetchCodes(const DeviceBuffer& codes, bool packed, std::vector<std::int8_t>& into);

  std::shared_ptr<CudaDevice> m_device;
  std::array<std::unique_ptr<HostStage>, 2> m_stages;  ///< made with the first weight
};

}  // namespace oscope::gpu
