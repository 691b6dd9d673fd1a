#include "analysis/compute/cpu/cpu_weight.h"

#include <fmt/format.h>

#include <cstring>

#include "analysis/base/error.h"
#include "analysis/compute/cpu/kernels.h"

namespace oscope::compute::cpu {
namespace {

bool isAligned(const HostTensor& tensor) {
  const auto width = static_cast<std::uintptr_t>(bitSize(tensor.dtype) / 8);
  return reinterpret_cast<std::uintptr_t>(tensor.data) % width == 0;
}

}  // namespace

CpuWeight::CpuWeight(const HostTensor& tensor) : m_tensor(tensor) {
  if (!isFloatWeight(tensor.dtype) && tensor.dtype != DType::F64) {
    throw Error(ErrorCode::WrongDType, tensor.name,
                fmt::format("has dtype {}; weights are read as F32, F16 or BF16", toString(tensor.dtype)),
                "convert the checkpoint to one of these types");
  }
  if (tensor.dtype == DType::F64) {
    m_tensor = makeHostTensor(tensor.name, toFloat32(tensor), tensor.shape);
  } else if (!isAligned(tensor)) {
    auto copy = std::make_shared<std::vector<std::uint64_t>>((tensor.bytes() + 7) / 8);
    std::memcpy(copy->data(), tensor.data, tensor.bytes());
    m_tensor.data = copy->data();
    m_tensor.owner = copy;
  }
}

const float* CpuWeight::floatRows(std::int64_t first, std::int64_t count, float* scratch) const {
  const std::int64_t offset = first * cols();
  switch (m_tensor.dtype) {
    case DType::BF16:
      kernels().bf16ToFloat(static_cast<const std::uint16_t*>(m_tensor.data) + offset, count * cols(), scratch);
      return scratch;
    case DType::F16:
      kernels().fp16ToFloat(static_cast<const std::uint16_t*>(m_tensor.data) + offset, count * cols(), scratch);
      return scratch;
    default:
      return static_cast<const float*>(m_tensor.data) + offset;
  }
}

CpuQuantizedWeight::CpuQuantizedWeight(const QuantizedWeight& weight) : m_weight(weight) {
  requireConsistent(weight);
}

const CpuWeight& asFloat(const Weight& weight) {
  if (const auto* own = dynamic_cast<const CpuWeight*>(&weight)) return *own;
  throw Error(ErrorCode::Internal, "cpu backend", "a weight that another backend or prepareQuantized() made");
}

const CpuQuantizedWeight& asQuantized(const Weight& weight) {
  if (const auto* own = dynamic_cast<const CpuQuantizedWeight*>(&weight)) return *own;
  throw Error(ErrorCode::Internal, "cpu backend", "a weight that was not made by prepareQuantized()");
}

std::vector<float> vectorOf(const Weight& weight, std::int64_t cols) {
  const CpuWeight& own = asFloat(weight);
  if (own.rows() * own.cols() != cols) {
    throw Error(ErrorCode::WrongShape, own.name(),
                fmt::format("has {} elements, {} are needed", own.rows() * own.cols(), cols));
  }
  std::vector<float> values(static_cast<std::size_t>(cols));
  const float* source = own.floatRows(0, own.rows(), values.data());
  if (source != values.data()) std::memcpy(values.data(), source, values.size() * sizeof(float));
  return values;
}

}  // namespace oscope::compute::cpu
