#include "quant/export/ct_tensors.h"

#include <cmath>
#include <cstring>

#include "analysis/base/error.h"
#include "quant/export/pack.h"

namespace oscope::quant {
namespace {

using checkpoint::TensorDeclaration;
using Granularity = ActivationPlan::Granularity;

template <typename T>
std::vector<std::byte> bytesOf(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

/// `declared` in `source`, checked against the declaration.
compute::HostTensor readTensor(const checkpoint::TensorSource& source, const TensorDeclaration& declared) {
  compute::HostTensor tensor = source.tensor(declared.name);
  if (tensor.dtype != declared.dtype) {
    throw Error(ErrorCode::WrongDType, declared.name,
                "is " + std::string(toString(tensor.dtype)) + ", expected " + std::string(toString(declared.dtype)));
  }
  if (tensor.shape != declared.shape) throw Error(ErrorCode::WrongShape, declared.name, "has an unexpected shape");
  return tensor;
}

template <typename T>
std::vector<T> read(const checkpoint::TensorSource& source, const TensorDeclaration& declared) {
  const compute::HostTensor tensor = readTensor(source, declared);
  std::vector<T> values(static_cast<std::size_t>(tensor.elements()));
  std::memcpy(values.data(), tensor.data, values.size() * sizeof(T));
  return values;
}

/// `code` says whose fault a violation is: ours while writing, the file's while reading.
void requireCodes(const CtLinear& linear, const std::vector<std::int8_t>& codes, std::int64_t count, ErrorCode code) {
  const int high = (1 << (linear.scheme.weights.bits - 1)) - 1;
  if (static_cast<std::int64_t>(codes.size()) != count) {
    throw Error(code, linear.module, "number of codes differs from the linear's shape");
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] > high || codes[i] < -high - 1) {
      throw Error(code, linear.module,
                  "code " + std::to_string(codes[i]) + " at element " + std::to_string(i) + " is out of range");
    }
  }
}

void requireScales(const std::string& where, std::span<const float> scales, DType dtype) {
  for (const float scale : scales) {
    if (!std::isfinite(scale) || scale <= 0 || roundTo(dtype, scale) != scale) {
      throw Error(ErrorCode::Internal, where,
                  "scale " + std::to_string(scale) + " is no positive " + std::string(toString(dtype)) + " value");
    }
  }
}

std::vector<std::int8_t> zeroCodes(const CtLinear& linear, const compute::QuantizedWeight& weight) {
  if (weight.zeros.empty()) return std::vector<std::int8_t>(weight.scales.size(), 0);
  std::vector<std::int8_t> zeros(weight.zeros.begin(), weight.zeros.end());
  requireCodes(linear, zeros, static_cast<std::int64_t>(weight.scales.size()), ErrorCode::Internal);
  return zeros;
}

}  // namespace

std::int64_t CtLinear::groups() const {
  return scheme.weights.group > 0 ? in / scheme.weights.group : 1;
}

std::vector<TensorDeclaration> declareTensors(const CtLinear& linear) {
  const int bits = linear.scheme.weights.bits;
  const std::int64_t groups = linear.groups();
  const bool packed = linear.scheme.container == CtContainer::Packed;
  std::vector<TensorDeclaration> tensors;
  if (packed) {
    tensors.push_back({linear.module + ".weight_packed", DType::I32, {linear.out, packedWords(linear.in, bits)}});
    tensors.push_back({linear.module + ".weight_shape", DType::I64, {2}});
  } else {
    tensors.push_back({linear.module + ".weight", DType::I8, {linear.out, linear.in}});
  }
  tensors.push_back({linear.module + ".weight_scale", linear.scaleDtype, {linear.out, groups}});
  if (!linear.scheme.weights.symmetric) {
    const std::string name = linear.module + ".weight_zero_point";
    if (packed) {
      tensors.push_back({name, DType::I32, {packedWords(linear.out, bits), groups}});
    } else {
      tensors.push_back({name, DType::I8, {linear.out, groups}});
    }
  }
  if (linear.scheme.activation == Granularity::Tensor) {
    tensors.push_back({linear.module + ".input_scale", DType::F32, {1}});
  }
  return tensors;
}

std::map<std::string, std::vector<std::byte>> encodeTensors(const CtLinear& linear,
                                                            const compute::QuantizedWeight& weight, float inputScale) {
  const int bits = linear.scheme.weights.bits;
  if (weight.bits != bits || weight.out != linear.out || weight.in != linear.in ||
      static_cast<std::int64_t>(weight.scales.size()) != linear.out * linear.groups()) {
    throw Error(ErrorCode::Internal, linear.module, "quantized weight and plan differ in bits or shape");
  }
  if (linear.scheme.weights.symmetric && !weight.zeros.empty()) {
    throw Error(ErrorCode::Internal, linear.module, "zero points in a symmetric scheme");
  }
  requireCodes(linear, weight.codes, linear.out * linear.in, ErrorCode::Internal);
  requireScales(linear.module, weight.scales, linear.scaleDtype);

  std::map<std::string, std::vector<std::byte>> bytes;
  const bool packed = linear.scheme.container == CtContainer::Packed;
  if (packed) {
    bytes[linear.module + ".weight_packed"] = bytesOf(packAlongRows(weight.codes, linear.out, linear.in, bits));
    bytes[linear.module + ".weight_shape"] = bytesOf(std::vector<std::int64_t>{linear.out, linear.in});
  } else {
    bytes[linear.module + ".weight"] = bytesOf(weight.codes);
  }
  bytes[linear.module + ".weight_scale"] = encodeFloats(weight.scales, linear.scaleDtype);
  if (!linear.scheme.weights.symmetric) {
    const std::vector<std::int8_t> zeros = zeroCodes(linear, weight);
    bytes[linear.module + ".weight_zero_point"] =
        packed ? bytesOf(packAlongColumns(zeros, linear.out, linear.groups(), bits)) : bytesOf(zeros);
  }
  if (linear.scheme.activation == Granularity::Tensor) {
    requireScales(linear.module + ".input_scale", {&inputScale, 1}, linear.scaleDtype);
    bytes[linear.module + ".input_scale"] = bytesOf(std::vector<float>{inputScale});
  }
  return bytes;
}

compute::QuantizedWeight decodeWeight(const CtLinear& linear, const checkpoint::TensorSource& source) {
  const int bits = linear.scheme.weights.bits;
  const std::int64_t groups = linear.groups();
  const bool packed = linear.scheme.container == CtContainer::Packed;
  compute::QuantizedWeight weight;
  weight.out = linear.out;
  weight.in = linear.in;
  weight.bits = bits;
  weight.group = linear.in / groups;
  for (const TensorDeclaration& declared : declareTensors(linear)) {
    const std::string part = declared.name.substr(linear.module.size());
    if (part == ".weight_packed") {
      weight.codes = unpackAlongRows(read<std::int32_t>(source, declared), linear.out, linear.in, bits);
    } else if (part == ".weight") {
      weight.codes = read<std::int8_t>(source, declared);
      requireCodes(linear, weight.codes, linear.out * linear.in, ErrorCode::Malformed);
    } else if (part == ".weight_shape") {
      if (read<std::int64_t>(source, declared) != std::vector<std::int64_t>{linear.out, linear.in}) {
        throw Error(ErrorCode::Mismatch, declared.name, "is not the shape of the model's linear");
      }
    } else if (part == ".weight_scale") {
      weight.scales = toFloat32(readTensor(source, declared));
    } else if (part == ".weight_zero_point") {
      const std::vector<std::int8_t> zeros =
          packed ? unpackAlongColumns(read<std::int32_t>(source, declared), linear.out, groups, bits)
                 : read<std::int8_t>(source, declared);
      weight.zeros.assign(zeros.begin(), zeros.end());
    }
  }
  return weight;
}

float decodeInputScale(const CtLinear& linear, const checkpoint::TensorSource& source) {
  return read<float>(source, {linear.module + ".input_scale", DType::F32, {1}}).front();
}

std::vector<std::byte> encodeFloats(std::span<const float> values, DType dtype) {
  if (dtype == DType::F32) return bytesOf(std::vector<float>(values.begin(), values.end()));
  std::vector<std::uint16_t> halves;
  halves.reserve(values.size());
  for (const float value : values) halves.push_back(dtype == DType::BF16 ? floatToBf16(value) : floatToFp16(value));
  return bytesOf(halves);
}

}  // namespace oscope::quant
