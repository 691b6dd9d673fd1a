// A backend that forwards every op to another one: what stand-ins for tests are made from.
#pragma once

#include <memory>
#include <string>

#include "analysis/compute/backend.h"

namespace oscope::test {

class ForwardingBackend : public compute::Backend {
 public:
  using Tensor = compute::Tensor;
  using Weight = compute::Weight;
  using Layout = compute::SequenceLayout;

  explicit ForwardingBackend(std::unique_ptr<compute::Backend> real) : m_real(std::move(real)) {}

  compute::DeviceInfo info() const override { return m_real->info(); }
  std::string whyUnsupported(std::string_view op, DType dtype) const override {
    return m_real->whyUnsupported(op, dtype);
  }
  void setStopToken(std::stop_token stop) override { m_real->setStopToken(std::move(stop)); }
  Tensor allocate(DType dtype, std::int64_t rows, std::int64_t cols) override {
    return m_real->allocate(dtype, rows, cols);
  }
  compute::MatmulPrecision precision() const override { return m_real->precision(); }
  void setPrecision(compute::MatmulPrecision precision) override { m_real->setPrecision(precision); }
  std::shared_ptr<compute::Buffer> allocateHost(std::size_t bytes) override { return m_real->allocateHost(bytes); }
  void upload(const void* host, Tensor& device) override { m_real->upload(host, device); }
  void download(const Tensor& device, void* host) override { m_real->download(device, host); }
  compute::WeightPtr prepareWeight(const compute::HostTensor& weight) override { return m_real->prepareWeight(weight); }
  void synchronize() override { m_real->synchronize(); }
  void embed(const Weight& table, std::span<const std::int32_t> ids, float scale, Tensor& out) override {
    m_real->embed(table, ids, scale, out);
  }
  void addPositions(const Weight& table, const Layout& layout, std::int64_t offset, Tensor& out) override {
    m_real->addPositions(table, layout, offset, out);
  }
  void rmsNorm(const Tensor& x, const Weight& w, float eps, float weightOffset, Tensor& y) override {
    m_real->rmsNorm(x, w, eps, weightOffset, y);
  }
  void layerNorm(const Tensor& x, const Weight* w, const Weight* b, float eps, Tensor& y) override {
    m_real->layerNorm(x, w, b, eps, y);
  }
  void linear(const Tensor& x, const Layout& layout, const Weight& w, const Weight* bias, Tensor& y) override {
    m_real->linear(x, layout, w, bias, y);
  }
  void rope(compute::HeadView x, const Layout& layout, const compute::RopeParams& params) override {
    m_real->rope(std::move(x), layout, params);
  }
  void attention(const compute::HeadView& q, const compute::HeadView& k, const compute::HeadView& v,
                 const Layout& layout, const compute::AttentionParams& params, Tensor& out) override {
    m_real->attention(q, k, v, layout, params, out);
  }
  void activate(compute::Activation act, Tensor& x) override { m_real->activate(act, x); }
  void gate(compute::Activation act, const Tensor& gate, Tensor& up) override { m_real->gate(act, gate, up); }
  void add(Tensor& x, const Tensor& y) override { m_real->add(x, y); }
  void copy(const Tensor& from, Tensor& into) override { m_real->copy(from, into); }
  void copyRows(const Tensor& from, std::int64_t fromRow, Tensor& into, std::int64_t intoRow,
                std::int64_t rows) override {
    m_real->copyRows(from, fromRow, into, intoRow, rows);
  }
  void reorderChannels(std::span<const std::int32_t> order, Tensor& x) override { m_real->reorderChannels(order, x); }
  compute::WeightCodes quantizeWeight(const Weight& weight, const compute::WeightFold& fold,
                                      const compute::WeightQuant& quant, std::span<const float> clipLimits) override {
    return m_real->quantizeWeight(weight, fold, quant, clipLimits);
  }
  void fakeQuant(Tensor& x, const Layout& layout, const compute::ActivationQuant& quant) override {
    m_real->fakeQuant(x, layout, quant);
  }
  void quantize(const Tensor& x, const Layout& layout, const compute::ActivationQuant& quant, Tensor& codes,
                Tensor& scales) override {
    m_real->quantize(x, layout, quant, codes, scales);
  }
  compute::WeightPtr prepareQuantized(const compute::QuantizedWeight& weight) override {
    return m_real->prepareQuantized(weight);
  }
  compute::WeightPtr dequantize(const Weight& quantized) override { return m_real->dequantize(quantized); }
  void integerLinear(const Tensor& codes, const Tensor& scales, const Weight& quantized, const Weight* bias,
                     Tensor& y) override {
    m_real->integerLinear(codes, scales, quantized, bias, y);
  }
  std::unique_ptr<compute::SiteAccumulator> makeAccumulator(std::int64_t channels,
                                                            const compute::ReductionSpec& spec) override {
    return m_real->makeAccumulator(channels, spec);
  }
  void accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const Layout& layout,
                  std::int64_t firstToken) override {
    m_real->accumulate(accumulator, x, layout, firstToken);
  }
  compute::LogitComparison compareLogits(const Tensor& a, const Tensor& b,
                                         std::span<const std::int32_t> targets) override {
    return m_real->compareLogits(a, b, targets);
  }
  PairSums compare(const Tensor& a, const Tensor& b) override { return m_real->compare(a, b); }
  double largestRelativeDifference(const Tensor& a, const Tensor& b) override {
    return m_real->largestRelativeDifference(a, b);
  }
  std::vector<double> energies(const Tensor& x, const Layout& layout) override { return m_real->energies(x, layout); }

 protected:
  std::unique_ptr<compute::Backend> m_real;
};

}  // namespace oscope::test
