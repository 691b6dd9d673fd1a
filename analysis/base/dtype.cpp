#include "analysis/base/dtype.h"

#include <array>

namespace oscope {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  int bits;
};

constexpr std::array kRows{
    Row{DType::Bool, "BOOL", 8},
    Row{DType::F4, "F4", 4},
    Row{DType::F6_E2M3, "F6_E2M3", 6},
    Row{DType::F6_E3M2, "F6_E3M2", 6},
    Row{DType::U8, "U8", 8},
    Row{DType::I8, "I8", 8},
    Row{DType::F8_E5M2, "F8_E5M2", 8},
    Row{DType::F8_E4M3, "F8_E4M3", 8},
    Row{DType::F8_E8M0, "F8_E8M0", 8},
    Row{DType::F8_E4M3FNUZ, "F8_E4M3FNUZ", 8},
    Row{DType::F8_E5M2FNUZ, "F8_E5M2FNUZ", 8},
    Row{DType::I16, "I16", 16},
    Row{DType::U16, "U16", 16},
    Row{DType::F16, "F16", 16},
    Row{DType::BF16, "BF16", 16},
    Row{DType::I32, "I32", 32},
    Row{DType::U32, "U32", 32},
    Row{DType::F32, "F32", 32},
    Row{DType::C64, "C64", 64},
    Row{DType::F64, "F64", 64},
    Row{DType::I64, "I64", 64},
    Row{DType::U64, "U64", 64},
};

}  // namespace

int bitSize(DType dtype) {
  return kRows[static_cast<std::size_t>(dtype)].bits;
}

std::string_view toString(DType dtype) {
  return kRows[static_cast<std::size_t>(dtype)].name;
}

std::optional<DType> parseDType(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

bool isFloatWeight(DType dtype) {
  return dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F32;
}

float fp16ToFloat(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1Fu;
  const std::uint32_t mantissa = bits & 0x3FFu;
  if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24 is exact in float
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

std::uint16_t floatToFp16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return static_cast<std::uint16_t>(sign | 0x7E00u);
  if (magnitude >= 0x477FF000u) return static_cast<std::uint16_t>(sign | 0x7C00u);  // >= 65520 rounds to infinity
  if (magnitude < 0x38800000u) {  // below 2^-14: a subnormal half; adding 0.5 lets the FPU round at 2^-24
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000u));
  }
  const std::uint32_t rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1u);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

float roundTo(DType dtype, float value) {
  switch (dtype) {
    case DType::BF16:
      return bf16ToFloat(floatToBf16(value));
    case DType::F16:
      return fp16ToFloat(floatToFp16(value));
    default:
      return value;
  }
}

float roundUpTo(DType dtype, float value) {
  switch (dtype) {
    case DType::BF16: {
      std::uint16_t bits = floatToBf16(value);
      if (bf16ToFloat(bits) < value) ++bits;
      return bf16ToFloat(bits);
    }
    case DType::F16: {
      std::uint16_t bits = floatToFp16(value);
      if (fp16ToFloat(bits) < value) ++bits;
      return fp16ToFloat(bits);
    }
    default:
      return value;
  }
}

}  // namespace oscope
