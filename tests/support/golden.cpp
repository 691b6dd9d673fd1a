#include "tests/support/golden.h"

#include <cstring>
#include <stdexcept>

namespace oscope::test {
namespace {

template <typename Stored, typename Wanted>
std::vector<Wanted> convert(const compute::HostTensor& tensor) {
  std::vector<Stored> stored(static_cast<std::size_t>(tensor.elements()));
  std::memcpy(stored.data(), tensor.data, tensor.bytes());
  return {stored.begin(), stored.end()};
}

[[noreturn]] void wrongType(const compute::HostTensor& tensor) {
  throw std::runtime_error("golden " + tensor.name + " is " + std::string(toString(tensor.dtype)));
}

}  // namespace

std::vector<std::string> GoldenFile::names() const {
  std::vector<std::string> list;
  for (const checkpoint::TensorEntry& entry : m_reader.header().tensors) list.push_back(entry.name);
  return list;
}

std::vector<double> GoldenFile::doubles(const std::string& name) const {
  const compute::HostTensor tensor = m_reader.tensor(name);
  if (tensor.dtype == DType::F32) return convert<float, double>(tensor);
  if (tensor.dtype == DType::F64) return convert<double, double>(tensor);
  wrongType(tensor);
}

std::vector<float> GoldenFile::floats(const std::string& name) const {
  const compute::HostTensor tensor = m_reader.tensor(name);
  if (tensor.dtype == DType::F32) return convert<float, float>(tensor);
  wrongType(tensor);
}

std::vector<std::int64_t> GoldenFile::integers(const std::string& name) const {
  const compute::HostTensor tensor = m_reader.tensor(name);
  switch (tensor.dtype) {
    case DType::I8:
      return convert<std::int8_t, std::int64_t>(tensor);
    case DType::U8:
      return convert<std::uint8_t, std::int64_t>(tensor);
    case DType::I32:
      return convert<std::int32_t, std::int64_t>(tensor);
    case DType::I64:
      return convert<std::int64_t, std::int64_t>(tensor);
    default:
      wrongType(tensor);
  }
}

}  // namespace oscope::test
