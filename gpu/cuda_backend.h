// The CUDA backend. Same interface and meaning as the CPU's, the reference (analysis/compute/backend.h); numerics
// differ where this header says so. One backend is used by one thread at a time.
#pragma once

#include <array>
#include <memory>
#include <stop_token>

#include "analysis/base/error.h"
#include "analysis/compute/backend.h"
#include "analysis/compute/backend_registry.h"
#include "gpu/code_uploader.h"
#include "gpu/cuda_weight.h"
#include "gpu/device_buffer.h"
#include "gpu/device_layout.h"
#include "gpu/kernels/attention.h"
#include "gpu/matmul.h"
#include "gpu/rope_table.h"
#include "gpu/weight_quantizer.h"
#include "gpu/weight_uploader.h"

namespace oscope::gpu {

class CudaBackend final : public compute::Backend {
 public:
  using Tensor = compute::Tensor;
  using Weight = compute::Weight;
  using SequenceLayout = compute::SequenceLayout;

  CudaBackend(int ordinal, const compute::BackendOptions& options);
  ~CudaBackend() override;

  compute::DeviceInfo info() const override;
  std::string whyUnsupported(std::string_view op, DType dtype) const override;
  void setStopToken(std::stop_token stop) override { m_stop = std::move(stop); }
  compute::MatmulPrecision precision() const override { return m_precision; }
  void setPrecision(compute::MatmulPrecision precision) override { m_precision = precision; }

  Tensor allocate(DType dtype, std::int64_t rows, std::int64_t cols) override;
  std::shared_ptr<compute::Buffer> allocateHost(std::size_t bytes) override;
  void upload(const void* host, Tensor& device) override;
  void download(const Tensor& device, void* host) override;
  compute::WeightPtr prepareWeight(const compute::HostTensor& weight) override;
  void synchronize() override;

  void embed(const Weight& table, std::span<const std::int32_t> ids, float scale, Tensor& out) override;
  void addPositions(const Weight& table, const SequenceLayout& layout, std::int64_t offset, Tensor& out) override;
  void rmsNorm(const Tensor& x, const Weight& w, float eps, float weightOffset, Tensor& y) override;
  void layerNorm(const Tensor& x, const Weight* w, const Weight* b, float eps, Tensor& y) override;
  void linear(const Tensor& x, const SequenceLayout& layout, const Weight& w, const Weight* bias, Tensor& y) override;
  void rope(compute::HeadView x, const SequenceLayout& layout, const compute::RopeParams& params) override;
  void attention(const compute::HeadView& q, const compute::HeadView& k, const compute::HeadView& v,
                 const SequenceLayout& layout, const compute::AttentionParams& params, Tensor& out) override;
  void activate(compute::Activation act, Tensor& x) override;
  void gate(compute::Activation act, const Tensor& gate, Tensor& up) override;
  void add(Tensor& x, const Tensor& y) override;
  void copy(const Tensor& from, Tensor& into) override;
  void copyRows(const Tensor& from, std::int64_t fromRow, Tensor& into, std::int64_t intoRow,
                std::int64_t rows) override;
  void reorderChannels(std::span<const std::int32_t> order, Tensor& x) override;

  // cuda_backend_quant.cpp
  compute::WeightCodes quantizeWeight(const Weight& weight, const compute::WeightFold& fold,
                                      const compute::WeightQuant& quant, std::span<const float> clipLimits) override;
  void fakeQuant(Tensor& x, const SequenceLayout& layout, const compute::ActivationQuant& quant) override;
  void quantize(const Tensor& x, const SequenceLayout& layout, const compute::ActivationQuant& quant, Tensor& codes,
                Tensor& scales) override;
  compute::WeightPtr prepareQuantized(const compute::QuantizedWeight& weight) override;
  compute::WeightPtr dequantize(const Weight& quantized) override;
  void integerLinear(const Tensor& codes, const Tensor& scales, const Weight& quantized, const Weight* bias,
                     Tensor& y) override;

  // cuda_backend_stats.cpp
  std::unique_ptr<compute::SiteAccumulator> makeAccumulator(std::int64_t channels,
                                                            const compute::ReductionSpec& spec) override;
  void accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const SequenceLayout& layout,
                  std::int64_t firstToken) override;

  // cuda_backend_compare.cpp
  compute::LogitComparison compareLogits(const Tensor& a, const Tensor& b,
                                         std::span<const std::int32_t> targets) override;
  PairSums compare(const Tensor& a, const Tensor& b) override;
  double largestRelativeDifference(const Tensor& a, const Tensor& b) override;
  std::vector<double> energies(const Tensor& x, const SequenceLayout& layout) override;

 private:
  /// Begins every op: the device becomes the thread's current one; a requested stop throws Cancelled.
  void enter() const;
  /// Begins an op that writes to a tensor that linear() may have read.
  void enterToWrite();
  StreamHandle stream() const { return m_device->compute().handle(); }
  using PackedHeads = std::array<HalfHeads, 3>;
  /// q, k and v as fp16 in m_heads.
  PackedHeads packHeads(const std::array<compute::HeadView, 3>& views, const AttentionShape& shape);
  LayoutView onDevice(const SequenceLayout& layout) { return m_layout.of(m_device, layout); }

  /// make(); where it finds no memory, once more when weights on their way that nobody waits for have been dropped.
  template <typename Make>
  auto withoutAbandoned(const Make& make) {
    try {
      return make();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::OutOfMemory || !m_uploader.dropAbandoned()) throw;
    }
    return make();
  }
  /// Waits for the compute stream and copies `count` elements to the host.
  template <typename T>
  std::vector<T> fetched(const char* op, const T* onDevice, std::size_t count);

  std::shared_ptr<CudaDevice> m_device;
  compute::MatmulPrecision m_precision;
  WeightUploader m_uploader;
  WeightQuantizer m_quantizer;
  CodeUploader m_codes;
  Matmul m_matmul;
  DeviceLayout m_layout;
  DeviceRopeTable m_ropeTable;
  Scratch m_ids, m_slopes, m_heads, m_rowResults;
  std::stop_token m_stop;
};

/// Bytes of a tensor's elements.
std::size_t bytesOf(const compute::Tensor& tensor);
/// "cuda:1" to 1. InvalidArgument for anything else.
int ordinalOf(const std::string& deviceId);

}  // namespace oscope::gpu
