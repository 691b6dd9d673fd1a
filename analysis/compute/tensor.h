// Activations on a device: a row-major matrix [tokens, channels].
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analysis/base/dtype.h"

namespace oscope::compute {

/// Memory of one backend. `data()` is a pointer that only that backend may dereference (host memory on the CPU).
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual void* data() = 0;
  virtual std::size_t size() const = 0;
};

/// A matrix [rows, cols] without padding. Copies share the memory.
struct Tensor {
  std::shared_ptr<Buffer> buffer;
  DType dtype = DType::F32;
  std::int64_t rows = 0, cols = 0;

  bool empty() const { return buffer == nullptr; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(buffer->data());
  }
};

/// How the rows of an activation are cut into sequences: sequence i is rows [starts[i], starts[i+1]).
/// Every sequence starts at position 0. `firstSample` is the sample index of sequence 0 in the whole data set.
struct SequenceLayout {
  std::vector<std::int64_t> starts{0};
  std::int64_t firstSample = 0;

  static SequenceLayout uniform(std::int64_t sequences, std::int64_t length, std::int64_t firstSample = 0);

  std::int64_t sequences() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  std::int64_t rows() const { return starts.back(); }
  std::int64_t length(std::int64_t sequence) const { return starts[sequence + 1] - starts[sequence]; }
  std::int64_t longest() const;
};

/// The heads inside an activation, without copying them out: element (row, head, d) lies at
/// row * tensor.cols + offset + head * headStride + d. Separate q/k/v: offset 0, headStride = headDim.
/// A projection fused head by head, rows (head * 3 + part) * headDim + d: offset = part * headDim, headStride = 3 *
/// headDim.
struct HeadView {
  Tensor tensor;
  std::int64_t heads = 0, headDim = 0;
  std::int64_t offset = 0, headStride = 0;
};

}  // namespace oscope::compute
