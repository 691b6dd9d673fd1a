#include "analysis/compute/weight_quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "analysis/base/error.h"

namespace oscope::compute {
namespace {

constexpr std::size_t kEight = 8;          ///< neighbours that are summed in turn
constexpr std::size_t kMostStrands = 512;  ///< of eights, in a group
constexpr std::size_t kGroupStrands = 32;  ///< of groups, in a row

int largestCode(int bits) {
  return (1 << (bits - 1)) - 1;
}

/// Round half to even for |value| < 2^22 without a library call, so that loops over weights become vector code.
float roundHalfEven(float value) {
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23: one unit in the last place is 1
  return (value + kMagic) - kMagic;
}

/// `value` rounded to nearest in `dtype`, but never to 0.
float storedScale(double value, DType dtype) {
  const float single = static_cast<float>(value);
  const float rounded = roundTo(dtype, single);
  return rounded > 0 ? rounded : roundUpTo(dtype, std::max(single, std::numeric_limits<float>::denorm_min()));
}

struct Range {
  float low, high;
};

/// Smallest and largest value, clamped to +-limit; NaN where any value is not finite.
Range rangeOf(std::span<const float> values, float limit) {
  Range range{values[0], values[0]};
  float poison = 0;  // 0 * NaN and 0 * infinity are NaN, while min and max may skip a NaN
  for (float value : values) {
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
    poison += 0.0f * value;
  }
  return {std::max(range.low, -limit) + poison, std::min(range.high, limit) + poison};
}

/// The power of two that brings `scale` into [1, 2): sums of squares can then neither overflow nor vanish.
float unitOf(float scale) {
  const std::uint32_t exponent = std::clamp((std::bit_cast<std::uint32_t>(scale) >> 23) & 0xFFu, 1u, 253u);
  return std::bit_cast<float>((254u - exponent) << 23);
}

template <typename T>
struct Pair {
  T energy, error;
};

/// Adds neighbours, then neighbouring pairs, ...; the sum is in the first. `strands` has room for a power of two.
template <typename T>
Pair<T> treeSum(Pair<T>* strands, std::size_t count) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(count, 1));
  std::fill(strands + count, strands + size, Pair<T>{});
  for (std::size_t offset = 1; offset < size; offset *= 2) {
    for (std::size_t i = 0; i < size; i += 2 * offset) {
      strands[i].energy += strands[i + offset].energy;
      strands[i].error += strands[i + offset].error;
    }
  }
  return strands[0];
}

/// In units of 1 / unit^2.
Pair<float> groupSums(std::span<const float> values, const std::int8_t* codes, float scale, std::int32_t zero,
                      float unit) {
  std::array<Pair<float>, kMostStrands> strands;
  const std::size_t eights = (values.size() + kEight - 1) / kEight;
  for (std::size_t e = 0; e < eights; ++e) {
    Pair<float> sums{};
    for (std::size_t k = e * kEight; k < std::min(values.size(), (e + 1) * kEight); ++k) {
      // In float64 the difference is exact, or nearly so: rounded once.
      const auto rest = static_cast<float>(static_cast<double>(values[k]) -
                                           static_cast<double>(scale) * static_cast<double>(codes[k] - zero));
      const float value = values[k] * unit, error = rest * unit;
      sums.energy += value * value;
      sums.error += error * error;
    }
    Pair<float>& strand = strands[e % kMostStrands];
    if (e < kMostStrands) strand = {};
    strand.energy += sums.energy;
    strand.error += sums.error;
  }
  return treeSum(strands.data(), std::min(eights, kMostStrands));
}

}  // namespace

float symmetricScale(float absmax, int bits, DType scaleDtype) {
  if (absmax == 0) return 1.0f;
  return storedScale(static_cast<double>(absmax) / largestCode(bits), scaleDtype);
}

std::int8_t quantizeValue(float value, float scale, int bits) {
  const float top = static_cast<float>(largestCode(bits));
  return static_cast<std::int8_t>(roundHalfEven(std::clamp(value / scale, -top - 1.0f, top)));
}

AffineParams affineParams(float low, float high, int bits, DType scaleDtype, AffineRange range) {
  const int levels = (1 << bits) - 1;
  double width = 0;
  if (range == AffineRange::IncludesZero) {
    low = std::min(low, 0.0f);
    high = std::max(high, 0.0f);
    width = static_cast<double>(high) - low;
    if (width == 0) return {};
  } else {
    width = std::max(static_cast<double>(high) - low, 1e-5);
  }
  const float scale = storedScale(width / levels, scaleDtype);
  const double zero = std::nearbyint(-static_cast<double>(low) / scale);
  return {scale, static_cast<std::int32_t>(std::clamp(zero, 0.0, static_cast<double>(levels)))};
}

std::uint8_t quantizeAffine(float value, const AffineParams& params, int bits) {
  const float top = static_cast<float>((1 << bits) - 1);
  const float zero = static_cast<float>(params.zero);
  const float steps = std::clamp(value / params.scale, -2.0f * top, 2.0f * top);  // rounded exactly inside 2^22
  return static_cast<std::uint8_t>(std::clamp(roundHalfEven(steps) + zero, 0.0f, top));
}

GroupParams groupParams(std::span<const float> values, const WeightQuant& quant, float limit) {
  const Range range = rangeOf(values, limit);
  if (quant.symmetric) return {symmetricScale(std::max(-range.low, range.high), quant.bits, quant.scaleDtype), 0};
  const AffineParams affine = affineParams(range.low, range.high, quant.bits, quant.scaleDtype, quant.range);
  return {affine.scale, affine.zero - (1 << (quant.bits - 1))};
}

std::int8_t quantizeInGroup(float value, const GroupParams& group, const WeightQuant& quant) {
  if (quant.symmetric) return quantizeValue(value, group.scale, quant.bits);
  const int half = 1 << (quant.bits - 1);
  return static_cast<std::int8_t>(quantizeAffine(value, {group.scale, group.zero + half}, quant.bits) - half);
}

void requireQuantizable(std::int64_t out, std::int64_t in, const WeightFold& fold, const WeightQuant& quant,
                        std::span<const float> clipLimits) {
  const auto fits = [](std::span<const float> values, std::int64_t count) {
    return values.empty() || static_cast<std::int64_t>(values.size()) == count;
  };
  if (quant.bits >= 2 && quant.bits <= 8 && quant.group > 0 && in % quant.group == 0 &&
      isFloatWeight(quant.scaleDtype) && fits(fold.columns, in) && fits(fold.rows, out) &&
      fits(clipLimits, out * (in / quant.group))) {
    return;
  }
  throw Error(ErrorCode::Internal, "quantizeWeight",
              fmt::format("{} bits in groups of {}, folds or limits don't fit a weight [{}, {}]", quant.bits,
                          quant.group, out, in));
}

QuantizedWeight emptyQuantizedWeight(std::int64_t out, std::int64_t in, const WeightQuant& quant) {
  QuantizedWeight result;
  result.out = out;
  result.in = in;
  result.bits = quant.bits;
  result.group = quant.group;
  result.codes.resize(static_cast<std::size_t>(out * in));
  result.scales.resize(static_cast<std::size_t>(out * result.groups()));
  if (!quant.symmetric) result.zeros.resize(result.scales.size());
  return result;
}

std::int64_t quantizeRow(std::span<const float> values, std::int64_t row, const WeightQuant& quant,
                         std::span<const float> limits, QuantizedWeight& weight) {
  const auto width = static_cast<std::size_t>(quant.group);
  const std::int64_t groups = weight.groups();
  for (std::int64_t g = 0; g < groups; ++g) {
    const std::size_t first = static_cast<std::size_t>(g) * width;
    const std::size_t slot = static_cast<std::size_t>(row * groups + g);
    const std::span<const float> ofGroup = values.subspan(first, width);
    // A value beyond the clip limit lands on the clamped range's own end, so clamping codes is clamping weights.
    const float limit = limits.empty() ? std::numeric_limits<float>::infinity() : limits[static_cast<std::size_t>(g)];
    const GroupParams group = groupParams(ofGroup, quant, limit);
    if (!(std::isfinite(group.scale) && group.scale > 0)) return g;
    weight.scales[slot] = group.scale;
    if (!quant.symmetric) weight.zeros[slot] = group.zero;
    std::int8_t* codes = weight.codes.data() + static_cast<std::size_t>(row * weight.in) + first;
    for (std::size_t k = 0; k < width; ++k) {
      codes[k] = quantizeInGroup(std::clamp(ofGroup[k], -limit, limit), group, quant);
    }
  }
  return -1;
}

SquareSums squareSums(std::span<const float> values, std::int64_t row, const QuantizedWeight& weight) {
  const auto width = static_cast<std::size_t>(weight.group), groups = static_cast<std::size_t>(weight.groups());
  std::array<Pair<double>, kGroupStrands> strands{};
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t slot = static_cast<std::size_t>(row) * groups + g;
    const float scale = weight.scales[slot], unit = unitOf(scale);
    const std::int32_t zero = weight.zeros.empty() ? 0 : weight.zeros[slot];
    const std::int8_t* codes = weight.codes.data() + static_cast<std::size_t>(row * weight.in) + g * width;
    const Pair<float> sums = groupSums(values.subspan(g * width, width), codes, scale, zero, unit);
    const double factor = 1.0 / (static_cast<double>(unit) * unit);
    strands[g % kGroupStrands].energy += sums.energy * factor;
    strands[g % kGroupStrands].error += sums.error * factor;
  }
  const Pair<double> total = treeSum(strands.data(), kGroupStrands);
  return {total.energy, total.error};
}

void throwScaleNotFinite(std::int64_t row, std::int64_t group) {
  throw Error(ErrorCode::NonFinite, fmt::format("output channel {}, group {}", row, group),
              "the weights hold NaN or infinity, or exceed what the scale's dtype can carry",
              "look at the checkpoint's tensor; or store scales as F32");
}

}  // namespace oscope::compute
