// Comparisons of the CUDA backend: float64 sums of rows on the device.
#include <bit>

#include "analysis/compute/cpu/checks.h"
#include "gpu/cuda_backend.h"
#include "gpu/device_copy.h"
#include "gpu/kernels/compare_ops.h"

namespace oscope::gpu {

using compute::cpu::require;
using compute::cpu::requireShape;

template <typename T>
std::vector<T> CudaBackend::fetched(const char* op, const T* onDevice, std::size_t count) {
  std::vector<T> host(count);
  copyToHost(host.data(), onDevice, count * sizeof(T), m_device->compute(), op);
  m_device->compute().synchronize(op);
  return host;
}

compute::LogitComparison CudaBackend::compareLogits(const Tensor& a, const Tensor& b,
                                                    std::span<const std::int32_t> targets) {
  requireShape("compareLogits", b, DType::F32, a.rows, a.cols);
  require(static_cast<std::int64_t>(targets.size()) == a.rows, "compareLogits", "one target per row is needed");
  enter();
  const auto rows = static_cast<std::size_t>(a.rows);
  auto* ids = static_cast<std::int32_t*>(m_ids.take(m_device, targets.size_bytes()));
  copyToDevice(ids, targets.data(), targets.size_bytes(), m_device->compute(), "compareLogits");
  auto* results = static_cast<LogitRow*>(m_rowResults.take(m_device, rows * sizeof(LogitRow)));
  launchCompareLogits(stream(), a.as<float>(), a.buffer == b.buffer ? nullptr : b.as<float>(), ids, a.rows, a.cols,
                      results);
  compute::LogitComparison comparison;
  for (const LogitRow& row : fetched("compareLogits", results, rows)) {
    comparison.nllA.push_back(row.nllA);
    comparison.nllB.push_back(row.nllB);
    comparison.klAB.push_back(row.kl);
    comparison.argmaxA.push_back(row.argmaxA);
    comparison.argmaxB.push_back(row.argmaxB);
  }
  return comparison;
}

compute::Backend::PairSums CudaBackend::compare(const Tensor& a, const Tensor& b) {
  requireShape("compare", b, DType::F32, a.rows, a.cols);
  enter();
  const auto count = static_cast<std::size_t>(a.rows) * 4;
  auto* results = static_cast<double*>(m_rowResults.take(m_device, count * sizeof(double)));
  launchRowPairSums(stream(), a.as<float>(), b.as<float>(), a.rows, a.cols, results);
  const std::vector<double> rows = fetched("compare", results, count);
  PairSums sums;
  for (std::size_t at = 0; at < count; at += 4) {
    sums.aa += rows[at];
    sums.dd += rows[at + 1];
    sums.ab += rows[at + 2];
    sums.bb += rows[at + 3];
  }
  return sums;
}

double CudaBackend::largestRelativeDifference(const Tensor& a, const Tensor& b) {
  constexpr char kOp[] = "largestRelativeDifference";
  requireShape(kOp, b, DType::F32, a.rows, a.cols);
  enter();
  auto* results = static_cast<unsigned long long*>(m_rowResults.take(m_device, 2 * sizeof(unsigned long long)));
  fillWithZeros(results, 2 * sizeof(unsigned long long), m_device->compute(), kOp);
  launchLargest(stream(), a.as<float>(), b.as<float>(), a.rows * a.cols, results);
  const auto bits = fetched(kOp, results, 2);
  const auto difference = std::bit_cast<double>(bits[0]), size = std::bit_cast<double>(bits[1]);
  return size > 0 ? difference / size : difference;
}

std::vector<double> CudaBackend::energies(const Tensor& x, const SequenceLayout& layout) {
  require(x.rows == layout.rows(), "energies", "rows of x and of the layout differ");
  enter();
  // Sums of rows, then those of sequences, which alone come back.
  const auto rows = static_cast<std::size_t>(x.rows), sequences = static_cast<std::size_t>(layout.sequences());
  auto* sums = static_cast<double*>(m_rowResults.take(m_device, (rows + sequences) * sizeof(double)));
  launchRowEnergies(stream(), x.as<float>(), x.rows, x.cols, sums);
  launchSequenceSums(stream(), sums, onDevice(layout).starts, layout.sequences(), sums + rows);
  return fetched("energies", sums + rows, sequences);
}

}  // namespace oscope::gpu
