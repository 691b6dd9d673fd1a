// The triangular factor that second-order methods walk along.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/base/job_context.h"

namespace oscope::quant {

/// Replaces symmetric positive definite H [n, n] by upper triangular U with U^T U = H^-1 (zeros below). False where H
/// is not positive definite: it is then unchanged. In place (H of a wide layer fills gigabytes); LAPACK in float64,
/// n^3 * 2/3 operations, in panels between which a stop is seen.
bool inverseUpperFactor(std::vector<double>& matrix, std::int64_t n, const JobContext& context);

}  // namespace oscope::quant
