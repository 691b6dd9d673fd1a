// Shapes that an op relies on. A violation is a bug of the caller.
#pragma once

#include <cstdint>
#include <span>

#include "analysis/base/dtype.h"
#include "analysis/compute/tensor.h"

namespace oscope::compute::cpu {

/// Internal error, naming the op and both shapes, unless `tensor` is `dtype` [rows, cols].
void requireShape(const char* op, const Tensor& tensor, DType dtype, std::int64_t rows, std::int64_t cols);
/// Internal error unless `condition`; `what` says what doesn't fit.
void require(bool condition, const char* op, const char* what);
/// Internal error unless both ranges of `rows` rows exist and have one dtype and width.
void requireRows(const char* op, const Tensor& from, std::int64_t fromRow, const Tensor& into, std::int64_t intoRow,
                 std::int64_t rows);
/// Internal error unless `order` has one of `cols` channels for each of them.
void requireOrder(const char* op, std::span<const std::int32_t> order, std::int64_t cols);

}  // namespace oscope::compute::cpu
