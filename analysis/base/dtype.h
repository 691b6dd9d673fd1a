// Element types of tensors in files and in memory, and the 16-bit float conversions that every part shares.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oscope {

/// All element types that a safetensors file can name (formats: safetensors dtypes).
enum class DType : std::uint8_t {
  Bool,
  F4,
  F6_E2M3,
  F6_E3M2,
  U8,
  I8,
  F8_E5M2,
  F8_E4M3,
  F8_E8M0,
  F8_E4M3FNUZ,
  F8_E5M2FNUZ,
  I16,
  U16,
  F16,
  BF16,
  I32,
  U32,
  F32,
  C64,
  F64,
  I64,
  U64,
};

/// Width in bits (4, 6, 8, 16, 32 or 64).
int bitSize(DType dtype);
/// The name in a safetensors header: "BF16", "F32", ...
std::string_view toString(DType dtype);
std::optional<DType> parseDType(std::string_view name);
/// F16, BF16, F32: the types that weights are read in.
bool isFloatWeight(DType dtype);

/// bfloat16 bits to float: exact.
inline float bf16ToFloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Float to bfloat16 bits, to nearest, ties to even; NaN stays NaN.
inline std::uint16_t floatToBf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

/// IEEE half bits to float: exact.
float fp16ToFloat(std::uint16_t bits);
/// Float to IEEE half bits, to nearest, ties to even; overflow gives infinity.
std::uint16_t floatToFp16(float value);

/// `value` rounded to nearest even in `dtype` (F16, BF16; F32 returns it unchanged).
float roundTo(DType dtype, float value);
/// The smallest value of `dtype` that is >= `value` (value > 0): static activation scales are snapped up.
float roundUpTo(DType dtype, float value);

}  // namespace oscope
