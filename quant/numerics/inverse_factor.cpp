#include "quant/numerics/inverse_factor.h"

#include <algorithm>

#include "quant/numerics/work_pieces.h"

// LAPACK's own interface (column-major, by reference), part of OpenBLAS.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dtrtri_(const char* uplo, const char* diag, const int* n, double* a, const int* lda, int* info);
void dtrsm_(const char* side, const char* uplo, const char* trans, const char* diag, const int* m, const int* n,
            const double* alpha, const double* a, const int* lda, double* b, const int* ldb);
void dtrmm_(const char* side, const char* uplo, const char* trans, const char* diag, const int* m, const int* n,
            const double* alpha, const double* a, const int* lda, double* b, const int* ldb);
void dgemm_(const char* transA, const char* transB, const int* m, const int* n, const int* k, const double* alpha,
            const double* a, const int* lda, const double* b, const int* ldb, const double* beta, double* c,
            const int* ldc);
void dsyrk_(const char* uplo, const char* trans, const int* n, const int* k, const double* alpha, const double* a,
            const int* lda, const double* beta, double* c, const int* ldc);
}
// NOLINTEND(readability-identifier-naming)

namespace oscope::quant {
namespace {

constexpr int kPanel = 256;  ///< columns that are factored at once

/// Column-major A [n, n] with the place of an element.
struct Matrix {
  double* data;
  int n;
  double* at(int row, int column) const {
    return data + static_cast<std::ptrdiff_t>(column) * n + static_cast<std::ptrdiff_t>(row);
  }
};

/// C -= A^T A in the upper triangle of C [n, n], A [width, n], in strips of columns.
void subtractProduct(const double* a, double* c, int n, int width, int stride, const JobContext& context) {
  const double one = 1, minusOne = -1;
  const int strip = static_cast<int>(unitsAtOnce(2.0 * width * n, n));
  for (int first = 0; first < n; first += strip) {
    context.checkCancelled();
    const int columns = std::min(strip, n - first);
    const double* right = a + static_cast<std::ptrdiff_t>(first) * stride;
    double* target = c + static_cast<std::ptrdiff_t>(first) * stride;
    if (first > 0) {
      dgemm_("T", "N", &first, &columns, &width, &minusOne, a, &stride, right, &stride, &one, target, &stride);
    }
    dsyrk_("U", "T", &columns, &width, &minusOne, right, &stride, &one, target + first, &stride);
  }
}

/// Upper Cholesky factor in the upper triangle, panel by panel; false where it does not exist.
bool choleskyUpper(const Matrix& a, const JobContext& context) {
  const double one = 1;
  for (int k = 0; k < a.n; k += kPanel) {
    context.checkCancelled();
    const int width = std::min(kPanel, a.n - k), rest = a.n - k - width;
    int info = 0;
    dpotrf_("U", &width, a.at(k, k), &a.n, &info);
    if (info != 0) return false;
    if (rest == 0) break;
    dtrsm_("L", "U", "T", "N", &width, &rest, &one, a.at(k, k), &a.n, a.at(k, k + width), &a.n);
    subtractProduct(a.at(k, k + width), a.at(k + width, k + width), rest, width, a.n, context);
  }
  return true;
}

/// B := L B, L lower triangular [n, n], B [n, width], in strips of rows from the last to the first.
void multiplyLower(const double* l, double* b, int n, int width, int stride, const JobContext& context) {
  const double one = 1;
  const int strip = static_cast<int>(unitsAtOnce(2.0 * width * n, n));
  for (int end = n; end > 0; end -= strip) {
    context.checkCancelled();
    const int first = std::max(0, end - strip), rows = end - first;
    const double* diagonal = l + static_cast<std::ptrdiff_t>(first) * stride + first;
    dtrmm_("L", "L", "N", "N", &rows, &width, &one, diagonal, &stride, b + first, &stride);
    if (first > 0)
      dgemm_("N", "N", &rows, &width, &first, &one, l + first, &stride, b, &stride, &one, b + first, &stride);
  }
}

/// Inverse of a lower triangular matrix in place, from the last panel to the first.
bool invertLower(const Matrix& a, const JobContext& context) {
  const double minusOne = -1;
  for (int k = (a.n - 1) / kPanel * kPanel; k >= 0; k -= kPanel) {
    context.checkCancelled();
    const int width = std::min(kPanel, a.n - k), rest = a.n - k - width;
    if (rest > 0) {
      multiplyLower(a.at(k + width, k + width), a.at(k + width, k), rest, width, a.n, context);
      dtrsm_("R", "L", "N", "N", &rest, &width, &minusOne, a.at(k, k), &a.n, a.at(k + width, k), &a.n);
    }
    int info = 0;
    dtrtri_("L", "N", &width, a.at(k, k), &a.n, &info);
    if (info != 0) return false;
  }
  return true;
}

}  // namespace

bool inverseUpperFactor(std::vector<double>& matrix, std::int64_t n, const JobContext& context) {
  // With rows and columns reversed, J H J = L L^T. Then R = J L J is upper triangular, H = R R^T, and U = R^-1.
  // Row-major lower is column-major upper, and the other way round.
  const auto count = static_cast<std::size_t>(n);
  std::reverse(matrix.begin(), matrix.end());
  std::vector<double> diagonal(count);
  for (std::size_t i = 0; i < count; ++i) diagonal[i] = matrix[i * count + i];
  const Matrix a{matrix.data(), static_cast<int>(n)};
  if (!choleskyUpper(a, context)) {  // the half above the diagonal still is H
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
  return invertLower(a, context);
}

}  // namespace oscope::quant
