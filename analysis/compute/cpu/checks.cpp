#include "analysis/compute/cpu/checks.h"

#include <fmt/format.h>

#include <algorithm>

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

void requireRows(const char* op, const Tensor& from, std::int64_t fromRow, const Tensor& into, std::int64_t intoRow,
                 std::int64_t rows) {
  require(from.dtype == into.dtype && from.cols == into.cols && rows >= 0 && fromRow >= 0 && intoRow >= 0 &&
              fromRow + rows <= from.rows && intoRow + rows <= into.rows,
          op, "the rows don't lie in their tensors");
}

void requireOrder(const char* op, std::span<const std::int32_t> order, std::int64_t cols) {
  require(static_cast<std::int64_t>(order.size()) == cols &&
              std::all_of(order.begin(), order.end(), [&](std::int32_t j) { return j >= 0 && j < cols; }),
          op, "the order doesn't fit the channels");
}

}  // namespace oscope::compute::cpu
