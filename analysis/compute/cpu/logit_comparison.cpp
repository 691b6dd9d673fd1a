#include <cmath>

#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {
namespace {

struct RowSoftmax {
  std::int32_t argmax = 0;
  double logSum = 0;  ///< log sum exp(x)
};

// The first of equal maxima wins; a row that begins with NaN keeps argmax 0 and gives a NaN logSum.
RowSoftmax softmaxOf(const float* x, std::int64_t n) {
  RowSoftmax result;
  for (std::int64_t i = 1; i < n; ++i) {
    if (x[i] > x[result.argmax]) result.argmax = static_cast<std::int32_t>(i);
  }
  const double top = x[result.argmax];
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += std::exp(x[i] - top);
  result.logSum = top + std::log(sum);
  return result;
}

double divergence(const float* a, const RowSoftmax& softA, const float* b, const RowSoftmax& softB, std::int64_t n) {
  double kl = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double logA = a[i] - softA.logSum, logB = b[i] - softB.logSum;
    kl += std::exp(logA) * (logA - logB);
  }
  return kl;
}

}  // namespace

LogitComparison compareLogits(Parallel& parallel, const Tensor& a, const Tensor& b,
                              std::span<const std::int32_t> targets) {
  const auto rows = static_cast<std::size_t>(a.rows);
  const std::int64_t n = a.cols;
  const bool same = a.buffer == b.buffer;
  LogitComparison result;
  result.nllA.resize(rows);
  result.nllB.resize(rows);
  result.klAB.resize(rows);
  result.argmaxA.resize(rows);
  result.argmaxB.resize(rows);
  parallel.forRows(a.rows, n, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      const float* rowA = a.as<float>() + row * n;
      const float* rowB = b.as<float>() + row * n;
      const RowSoftmax softA = softmaxOf(rowA, n);
      const RowSoftmax softB = same ? softA : softmaxOf(rowB, n);
      const auto at = static_cast<std::size_t>(row);
      result.argmaxA[at] = softA.argmax;
      result.argmaxB[at] = softB.argmax;
      if (!same) result.klAB[at] = divergence(rowA, softA, rowB, softB, n);
      const std::int32_t target = targets[at];
      if (target < 0) continue;
      result.nllA[at] = softA.logSum - rowA[target];
      result.nllB[at] = softB.logSum - rowB[target];
    }
  });
  return result;
}

}  // namespace oscope::compute::cpu
