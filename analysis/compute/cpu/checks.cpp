#include "analysis/compute/cpu/checks.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::compute::cpu {

void requireShape(const char* op, const Tensor& tensor, DType dtype, std::int64_t rows, std::int64_t cols) {
  if (!tensor.empty() && tensor.dtype == dtype && tensor.rows == rows && tensor.cols == cols) return;
  throw Error(ErrorCode::Internal, op,
              fmt::format("got {} [{}, {}], needs {} [{}, {}]", toString(tensor.dtype), tensor.rows, tensor.cols,
                          toString(dtype), rows, cols));
}

void require(bool condition, const char* op, const char* what) {
  if (!condition) throw Error(ErrorCode::Internal, op, what);
}

}  // namespace oscope::compute::cpu
