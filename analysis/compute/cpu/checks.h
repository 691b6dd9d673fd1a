// Shapes that an op relies on. A violation is a bug of the caller.
#pragma once

#include <cstdint>

#include "analysis/base/dtype.h"
#include "analysis/compute/tensor.h"

namespace oscope::compute::cpu {

/// Internal error, naming the op and both shapes, unless `tensor` is `dtype` [rows, cols].
void requireShape(const char* op, const Tensor& tensor, DType dtype, std::int64_t rows, std::int64_t cols);
/// Internal error unless `condition`; `what` says what doesn't fit.
void require(bool condition, const char* op, const char* what);

}  // namespace oscope::compute::cpu
