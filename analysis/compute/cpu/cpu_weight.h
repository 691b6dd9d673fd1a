// Weights as the CPU backend reads them: views of mapped files wherever possible.
#pragma once

#include <vector>

#include "analysis/compute/backend.h"

namespace oscope::compute::cpu {

/// A float weight [rows, cols] (F32, F16 or BF16), read in place and converted panel by panel.
class CpuWeight final : public Weight {
 public:
  /// F64 and misaligned data are copied; other dtypes are WrongDType errors.
  explicit CpuWeight(const HostTensor& tensor);

  std::int64_t rows() const override { return m_tensor.rows(); }
  std::int64_t cols() const override { return m_tensor.cols(); }
  const std::string& name() const { return m_tensor.name; }

  /// Rows [first, first + count) as float32: in place where they are stored so, else converted into `scratch`
  /// [count, cols].
  const float* floatRows(std::int64_t first, std::int64_t count, float* scratch) const;
  bool isFloat32() const { return m_tensor.dtype == DType::F32; }

 private:
  HostTensor m_tensor;
};

/// Integer codes and scales, as given.
class CpuQuantizedWeight final : public Weight {
 public:
  explicit CpuQuantizedWeight(const QuantizedWeight& weight);
  std::int64_t rows() const override { return m_weight.out; }
  std::int64_t cols() const override { return m_weight.in; }
  const QuantizedWeight& values() const { return m_weight; }

 private:
  QuantizedWeight m_weight;
};

/// The weight behind the interface; another backend's is an Internal error.
const CpuWeight& asFloat(const Weight& weight);
const CpuQuantizedWeight& asQuantized(const Weight& weight);

/// A vector weight of `cols` elements as float32.
std::vector<float> vectorOf(const Weight& weight, std::int64_t cols);

}  // namespace oscope::compute::cpu
