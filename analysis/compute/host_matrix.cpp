#include "analysis/compute/host_matrix.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "analysis/base/error.h"

namespace oscope::compute {
namespace {

/// Converts `count` elements that may lie unaligned, as the data of a safetensors file does.
template <typename Element, typename Convert>
void convertAll(const std::byte* from, std::int64_t count, float* out, Convert convert) {
  for (std::int64_t i = 0; i < count; ++i) {
    Element element;
    std::memcpy(&element, from + static_cast<std::size_t>(i) * sizeof(Element), sizeof(Element));
    out[i] = convert(element);
  }
}

}  // namespace

HostTensor makeHostTensor(std::string name, std::vector<float> values, std::vector<std::int64_t> shape) {
  auto owner = std::make_shared<std::vector<float>>(std::move(values));
  HostTensor tensor;
  tensor.data = owner->data();
  tensor.shape = std::move(shape);
  tensor.name = std::move(name);
  if (tensor.elements() != static_cast<std::int64_t>(owner->size())) {
    throw Error(ErrorCode::WrongShape, tensor.name,
                fmt::format("shape [{}] does not hold {} values", fmt::join(tensor.shape, ", "), owner->size()));
  }
  tensor.owner = std::move(owner);
  return tensor;
}

std::vector<float> toFloat32(const HostTensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
  toFloat32(tensor, 0, tensor.elements(), values.data());
  return values;
}

void toFloat32(const HostTensor& tensor, std::int64_t first, std::int64_t count, float* out) {
  if (first < 0 || count < 0 || count > tensor.elements() || first > tensor.elements() - count) {
    throw Error(ErrorCode::InvalidArgument, tensor.name,
                fmt::format("elements [{}, {} + {}) of {} were asked for", first, first, count, tensor.elements()));
  }
  if (count == 0) return;
  const std::size_t offset = static_cast<std::size_t>(first) * static_cast<std::size_t>(bitSize(tensor.dtype)) / 8;
  const std::byte* from = static_cast<const std::byte*>(tensor.data) + offset;
  switch (tensor.dtype) {
    case DType::F32:
      std::memcpy(out, from, static_cast<std::size_t>(count) * sizeof(float));
      return;
    case DType::BF16:
      return convertAll<std::uint16_t>(from, count, out, bf16ToFloat);
    case DType::F16:
      return convertAll<std::uint16_t>(from, count, out, fp16ToFloat);
    case DType::F64:
      return convertAll<double>(from, count, out, [](double value) { return static_cast<float>(value); });
    default:
      throw Error(ErrorCode::WrongDType, tensor.name,
                  fmt::format("dtype {} can't be read as numbers", toString(tensor.dtype)),
                  "weights must be F16, BF16, F32 or F64");
  }
}

}  // namespace oscope::compute
