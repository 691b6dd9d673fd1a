// Views of numbers in host memory, typed at run time: what a checkpoint hands out and a backend takes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/base/dtype.h"

namespace oscope::compute {

/// A row-major tensor in host memory. `owner` keeps the memory alive (a mapping, a vector); copies are cheap.
struct HostTensor {
  const void* data = nullptr;
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  std::shared_ptr<const void> owner;
  std::string name;  ///< for messages: the tensor's name in its file

  std::int64_t elements() const {
    std::int64_t count = 1;
    for (std::int64_t extent : shape) count *= extent;
    return count;
  }
  std::int64_t rows() const { return shape.size() >= 2 ? shape[0] : 1; }
  /// Elements of one row; a vector is one row.
  std::int64_t cols() const { return shape.empty() ? 1 : elements() / (rows() == 0 ? 1 : rows()); }
  std::size_t bytes() const {
    return static_cast<std::size_t>(elements()) * static_cast<std::size_t>(bitSize(dtype)) / 8;
  }
};

/// A HostTensor that owns `values`.
HostTensor makeHostTensor(std::string name, std::vector<float> values, std::vector<std::int64_t> shape);

/// All elements as float32 (F16, BF16 and F32 convert exactly, F64 rounds); any other dtype is a WrongDType error.
std::vector<float> toFloat32(const HostTensor& tensor);
/// Elements [first, first + count) converted into `out`.
void toFloat32(const HostTensor& tensor, std::int64_t first, std::int64_t count, float* out);

}  // namespace oscope::compute
