// A backend that counts what crosses the bus and how much device memory is taken at most.
#pragma once

#include <algorithm>
#include <memory>

#include "tests/support/forwarding_backend.h"

namespace oscope::bench {

/// Bytes since the last reset.
struct BusTraffic {
  std::uint64_t weights = 0;       ///< to the device, as stored
  std::uint64_t up = 0, down = 0;  ///< tensors: hidden states, ids
  std::uint64_t statistics = 0;    ///< what accumulators handed back
  std::uint64_t mostTaken = 0;     ///< device memory, at the ops where it is looked at
  std::uint64_t total() const { return weights + up + down + statistics; }
};

class CountingBackend final : public test::ForwardingBackend {
 public:
  explicit CountingBackend(std::unique_ptr<compute::Backend> real)
      : ForwardingBackend(std::move(real)), m_freeAtStart(m_real->info().freeBytes) {}

  const BusTraffic& traffic() const { return m_traffic; }
  void reset() { m_traffic = {}; }

  void upload(const void* host, Tensor& device) override {
    m_traffic.up += bytesOf(device);
    ForwardingBackend::upload(host, device);
  }
  void download(const Tensor& device, void* host) override {
    m_traffic.down += bytesOf(device);
    ForwardingBackend::download(device, host);
  }
  compute::WeightPtr prepareWeight(const compute::HostTensor& weight) override {
    m_traffic.weights += weight.bytes();
    return ForwardingBackend::prepareWeight(weight);
  }
  std::vector<double> energies(const Tensor& x, const Layout& layout) override {
    m_traffic.statistics += static_cast<std::uint64_t>(layout.sequences()) * sizeof(double);
    return ForwardingBackend::energies(x, layout);
  }
  std::unique_ptr<compute::SiteAccumulator> makeAccumulator(std::int64_t channels,
                                                            const compute::ReductionSpec& spec) override {
    return std::make_unique<Accumulator>(ForwardingBackend::makeAccumulator(channels, spec), m_traffic);
  }
  void accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const Layout& layout,
                  std::int64_t firstToken) override {
    ForwardingBackend::accumulate(*dynamic_cast<Accumulator&>(accumulator).real, x, layout, firstToken);
    // Work tensors, weights and scratch are all there at a site. Asking costs a call to the driver: not every time.
    if (m_sites++ % 16 != 0) return;
    const std::uint64_t free = m_real->info().freeBytes;
    if (free < m_freeAtStart) m_traffic.mostTaken = std::max(m_traffic.mostTaken, m_freeAtStart - free);
  }

 private:
  struct Accumulator final : compute::SiteAccumulator {
    Accumulator(std::unique_ptr<compute::SiteAccumulator> real, BusTraffic& traffic)
        : real(std::move(real)), traffic(traffic) {}
    compute::SiteReductions read() override {
      compute::SiteReductions r = real->read();
      const auto count = [&](const auto& values) { traffic.statistics += values.size() * sizeof(values[0]); };
      count(r.absmax), count(r.min), count(r.max), count(r.absmaxToken);
      count(r.sum), count(r.sumAbs), count(r.sumSq), count(r.histogram);
      count(r.tokenAbsmax), count(r.extremes), count(r.rows), count(r.rowExponents);
      if (r.gram != nullptr) {
        traffic.statistics += static_cast<std::uint64_t>(r.channels * r.channels) * sizeof(double);
      }
      return r;
    }
    std::unique_ptr<compute::SiteAccumulator> real;
    BusTraffic& traffic;
  };

  static std::uint64_t bytesOf(const Tensor& tensor) {
    return static_cast<std::uint64_t>(tensor.rows * tensor.cols) * static_cast<std::uint64_t>(bitSize(tensor.dtype)) /
           8;
  }

  std::uint64_t m_freeAtStart;
  std::uint64_t m_sites = 0;
  BusTraffic m_traffic;
};

}  // namespace oscope::bench
