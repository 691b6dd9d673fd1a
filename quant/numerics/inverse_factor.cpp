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
  const auto count = static_cast<std::size_t>(n);
  std::reverse(matrix.begin(), matrix.end());
  std::vector<double> diagonal(count);
  for (std::size_t i = 0; i < count; ++i) diagonal[i] = matrix[i * count + i];
  const int size = static_cast<int>(n);
  int info = 0;
  dpotrf_("U", &size, matrix.data(), &size, &info);
  if (info != 0) {  // the half above the diagonal still is H
    for (std::size_t i = 0; i < count; ++i) {
      matrix[i * count + i] = diagonal[i];
      for (std::size_t j = 0; j < i; ++j) matrix[i * count + j] = matrix[j * count + i];
    }
    std::reverse(matrix.begin(), matrix.end());
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = matrix.begin() + static_cast<std::ptrdiff_t>(i * count);
    std::fill(row + static_cast<std::ptrdiff_t>(i + 1), row + static_cast<std::ptrdiff_t>(count), 0.0);
  }
  std::reverse(matrix.begin(), matrix.end());
  dtrtri_("L", "N", &size, matrix.data(), &size, &info);
  return info == 0;
}

}  // namespace oscope::quant
