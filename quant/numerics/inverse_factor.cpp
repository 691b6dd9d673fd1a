#include "quant/numerics/inverse_factor.h"

#include <algorithm>

// LAPACK's own interface (column-major, by reference), part of OpenBLAS.
extern "C" {
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dtrtri_(const char* uplo, const char* diag, const int* n, double* a, const int* lda, int* info);
}

namespace oscope::quant {

bool inverseUpperFactor(std::vector<double>& matrix, std::int64_t n) {
  // With rows and columns reversed, J H J = L L^T. Then R = J L J is upper triangular, H = R R^T, and U = R^-1.
  // Row-major lower is column-major upper, and the other way round.
  std::reverse(matrix.begin(), matrix.end());
  const int size = static_cast<int>(n);
  int info = 0;
  dpotrf_("U", &size, matrix.data(), &size, &info);
  if (info != 0) return false;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto row = matrix.begin() + static_cast<std::ptrdiff_t>(i * n);
    std::fill(row + static_cast<std::ptrdiff_t>(i + 1), row + static_cast<std::ptrdiff_t>(n), 0.0);
  }
  std::reverse(matrix.begin(), matrix.end());
  dtrtri_("L", "N", &size, matrix.data(), &size, &info);
  return info == 0;
}

}  // namespace oscope::quant
