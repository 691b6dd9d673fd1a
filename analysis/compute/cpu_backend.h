// The reference backend: float32 on the host, OpenBLAS under the GEMM, results independent of the thread count.
#pragma once

#include "analysis/compute/backend.h"
#include "analysis/compute/cpu/ops.h"
#include "analysis/compute/cpu/parallel.h"

namespace oscope::compute {

/// Sets OpenBLAS to one thread for the whole process: the backend itself is parallel over tiles of fixed shape.
class CpuBackend final : public Backend {
 public:
  /// `threads`: 0 means one per usable core.
  explicit CpuBackend(int threads);
  /// Scratch of one thread in linear(): the widest panel of a 16-bit weight with `in` columns, as float32.
  static std::uint64_t panelBytes(std::int64_t in);
  /// What the Gram matrix of so many channels takes, in memory or in a scratch file.
  static std::uint64_t gramBytes(std::int64_t channels);

  DeviceInfo info() const override;
  std::string whyUnsupported(std::string_view op, DType dtype) const override;
  void setStopToken(std::stop_token stop) override { m_parallel.setStopToken(std::move(stop)); }

  Tensor allocate(DType dtype, std::int64_t rows, std::int64_t cols) override;
  std::shared_ptr<Buffer> allocateHost(std::size_t bytes) override;
  void upload(const void* host, Tensor& device) override;
  void download(const Tensor& device, void* host) override;
  WeightPtr prepareWeight(const HostTensor& weight) override;
  void synchronize() override {}

  void embed(const Weight& table, std::span<const std::int32_t> ids, float scale, Tensor& out) override;
  void addPositions(const Weight& table, const SequenceLayout& layout, std::int64_t offset, Tensor& out) override;
  void rmsNorm(const Tensor& x, const Weight& w, float eps, float weightOffset, Tensor& y) override;
  void layerNorm(const Tensor& x, const Weight* w, const Weight* b, float eps, Tensor& y) override;
  void linear(const Tensor& x, const SequenceLayout& layout, const Weight& w, const Weight* bias, Tensor& y) override;
  void rope(HeadView x, const SequenceLayout& layout, const RopeParams& params) override;
  void attention(const HeadView& q, const HeadView& k, const HeadView& v, const SequenceLayout& layout,
                 const AttentionParams& params, Tensor& out) override;
  void activate(Activation act, Tensor& x) override;
  void gate(Activation act, const Tensor& gate, Tensor& up) override;
  void add(Tensor& x, const Tensor& y) override;
  void copy(const Tensor& from, Tensor& into) override;
  void copyRows(const Tensor& from, std::int64_t fromRow, Tensor& into, std::int64_t intoRow,
                std::int64_t rows) override;
  void reorderChannels(std::span<const std::int32_t> order, Tensor& x) override;

  WeightCodes quantizeWeight(const Weight& weight, const WeightFold& fold, const WeightQuant& quant,
                             std::span<const float> clipLimits) override;
  void fakeQuant(Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant) override;
  void quantize(const Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant, Tensor& codes,
                Tensor& scales) override;
  WeightPtr prepareQuantized(const QuantizedWeight& weight) override;
  WeightPtr dequantize(const Weight& quantized) override;
  void integerLinear(const Tensor& codes, const Tensor& scales, const Weight& quantized, const Weight* bias,
                     Tensor& y) override;

  std::unique_ptr<SiteAccumulator> makeAccumulator(std::int64_t channels, const ReductionSpec& spec) override;
  void accumulate(SiteAccumulator& accumulator, const Tensor& x, const SequenceLayout& layout,
                  std::int64_t firstToken) override;
  LogitComparison compareLogits(const Tensor& a, const Tensor& b, std::span<const std::int32_t> targets) override;
  PairSums compare(const Tensor& a, const Tensor& b) override;
  double largestRelativeDifference(const Tensor& a, const Tensor& b) override;
  std::vector<double> energies(const Tensor& x, const SequenceLayout& layout) override;

 private:
  cpu::Parallel m_parallel;
  cpu::RopeTable m_ropeTable;
};

}  // namespace oscope::compute
