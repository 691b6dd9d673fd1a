// Launches of comparisons: sums in float64, one row at a time.
#pragma once

#include <cstdint>

#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// sums[r] = sum of x^2 over row r.
void launchRowEnergies(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols, double* sums);
/// sums[s] = sum of rowSums over the rows [starts[s], starts[s + 1]), in an order that depends on their number alone.
void launchSequenceSums(StreamHandle stream, const double* rowSums, const std::int64_t* starts, std::int64_t sequences,
                        double* sums);
/// sums[r * 4 ...] = sums over row r of {a^2, (a - b)^2, a b, b^2}.
void launchRowPairSums(StreamHandle stream, const float* a, const float* b, std::int64_t rows, std::int64_t cols,
                       double* sums);

/// largest[0] and [1] = bits of the largest |a - b| and |b| of all elements, as doubles; from zeros. NaN is
/// larger than infinity.
void launchLargest(StreamHandle stream, const float* a, const float* b, std::int64_t count,
                   unsigned long long* largest);

/// What compareLogits needs of one row.
struct LogitRow {
  double nllA, nllB, kl;
  std::int32_t argmaxA, argmaxB;
};
/// Log-softmax figures of rows [cols]. `b` null: it is `a`. targets[r] < 0: no target, nll 0.
void launchCompareLogits(StreamHandle stream, const float* a, const float* b, const std::int32_t* targets,
                         std::int64_t rows, std::int64_t cols, LogitRow* out);

}  // namespace oscope::gpu
