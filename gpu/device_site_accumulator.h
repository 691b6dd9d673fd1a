// The reductions of one site on a GPU. No CUDA in here: kernels are behind kernels/observe.h, so that tests can run the
// whole of it over an emulated device.
#pragma once

#include <memory>
#include <vector>

#include "analysis/compute/backend.h"
#include "gpu/device_buffer.h"
#include "gpu/kernels/observe.h"

namespace oscope::gpu {

/// Reads each activation once for everything but gram, in device memory; read() brings the statistics to the host. They
/// have the bits of the CPU's (gram: to the rounding of float32 tiles), whatever the batches were.
class DeviceSiteAccumulator final : public compute::SiteAccumulator {
 public:
  /// OutOfMemory where the statistics don't fit.
  DeviceSiteAccumulator(std::shared_ptr<CudaDevice> device, std::int64_t channels, const compute::ReductionSpec& spec);

  std::int64_t channels() const { return m_channels; }
  /// x [rows, channels] and starts [sequences + 1] on the device. `halves`, where not null, gets x as bf16 by the way.
  /// Where it throws OutOfMemory, nothing was added; what was begun and can't be finished is a Device error.
  void accumulate(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t rows,
                  std::int64_t firstToken, std::uint16_t* halves);
  compute::SiteReductions read() override;

 private:
  struct TokenMaxima {
    std::int64_t firstToken, rows;
    std::unique_ptr<DeviceBuffer> bits;
  };
  struct SampledRows {
    std::size_t first, count;  ///< of m_spec.sampleRows
  };

  template <typename T>
  std::unique_ptr<DeviceBuffer> filled(const std::vector<T>& values) const;
  std::unique_ptr<DeviceBuffer> zeros(std::size_t bytes) const;
  template <typename T>
  std::vector<T> fetched(const DeviceBuffer& buffer, std::size_t count) const;
  ExtremesArgs extremesArgs(const float* x, std::int64_t rows, std::int64_t firstToken, const unsigned* rowMax);
  SampledRows sampledRows(std::int64_t firstToken, std::int64_t rows) const;
  void launch(const ObserveArgs& args, const ExtremesArgs& extremes, const SampledRows& sampled) const;

  void readRange(compute::SiteReductions& result) const;
  void readMoments(compute::SiteReductions& result) const;
  void readExtremes(compute::SiteReductions& result) const;
  void readRows(compute::SiteReductions& result) const;
  void readGram(compute::SiteReductions& result) const;

  std::shared_ptr<CudaDevice> m_device;
  std::int64_t m_channels, m_tokens = 0;
  compute::ReductionSpec m_spec;
  std::unique_ptr<DeviceBuffer> m_absmax, m_low, m_high, m_sums, m_histogram, m_nonFinite, m_gram;
  std::vector<TokenMaxima> m_tokenMaxima;
  // Extremes.
  std::unique_ptr<DeviceBuffer> m_state, m_lists, m_candidates;
  std::int64_t m_rowsPerPass = 0;
  // Sampled rows: their tokens, halves and exponents in the order of m_spec.sampleRows.
  std::unique_ptr<DeviceBuffer> m_sampleTokens, m_halves, m_exponents;
  std::vector<SampledRows> m_sampled;
  Scratch m_partials, m_rowMax, m_rowList;
};

}  // namespace oscope::gpu
