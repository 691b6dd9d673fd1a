#include "quant/numerics/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

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

void requireFiniteScale(float scale, std::int64_t row, std::int64_t group) {
  if (std::isfinite(scale) && scale > 0) return;
  throw Error(ErrorCode::NonFinite, fmt::format("output channel {}, group {}", row, group),
              "the weights hold NaN or infinity, or exceed what the scale's dtype can carry",
              "look at the checkpoint's tensor; or store scales as F32");
}

}  // namespace

float symmetricScale(float absmax, int bits, DType scaleDtype) {
  if (absmax == 0) return 1.0f;
  return storedScale(static_cast<double>(absmax) / largestCode(bits), scaleDtype);
}

float staticActivationScale(double absmax, int bits, DType scaleDtype) {
  if (absmax == 0) return 1.0f;
  const double exact = absmax / largestCode(bits);
  float single = static_cast<float>(exact);
  if (static_cast<double>(single) < exact) single = std::nextafter(single, std::numeric_limits<float>::infinity());
  return roundUpTo(scaleDtype, single);
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

GroupParams groupParams(std::span<const float> values, const WeightScheme& scheme, DType scaleDtype,
                        AffineRange affineRange, float limit) {
  const Range range = rangeOf(values, limit);
  if (scheme.symmetric) return {symmetricScale(std::max(-range.low, range.high), scheme.bits, scaleDtype), 0};
  const AffineParams affine = affineParams(range.low, range.high, scheme.bits, scaleDtype, affineRange);
  return {affine.scale, affine.zero - (1 << (scheme.bits - 1))};
}

std::int8_t quantizeInGroup(float value, const GroupParams& group, const WeightScheme& scheme) {
  if (scheme.symmetric) return quantizeValue(value, group.scale, scheme.bits);
  const int half = 1 << (scheme.bits - 1);
  return static_cast<std::int8_t>(quantizeAffine(value, {group.scale, group.zero + half}, scheme.bits) - half);
}

compute::QuantizedWeight emptyQuantizedWeight(std::int64_t out, std::int64_t in, const WeightScheme& scheme) {
  compute::QuantizedWeight result;
  result.out = out;
  result.in = in;
  result.bits = scheme.bits;
  result.group = effectiveGroup(scheme, in);
  result.codes.resize(static_cast<std::size_t>(out * in));
  result.scales.resize(static_cast<std::size_t>(out * result.groups()));
  if (!scheme.symmetric) result.zeros.resize(result.scales.size());
  return result;
}

compute::QuantizedWeight quantizeWeight(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                        const WeightScheme& scheme, DType scaleDtype, std::span<const float> clipLimits,
                                        AffineRange affineRange) {
  compute::QuantizedWeight result = emptyQuantizedWeight(out, in, scheme);
  const std::int64_t width = result.group, groups = result.groups();
  for (std::int64_t row = 0; row < out; ++row) {
    for (std::int64_t g = 0; g < groups; ++g) {
      const std::size_t first = static_cast<std::size_t>(row * in + g * width);
      const std::size_t slot = static_cast<std::size_t>(row * groups + g);
      const std::span<const float> values = weight.subspan(first, static_cast<std::size_t>(width));
      // A value beyond the clip limit lands on the clamped range's own end, so clamping codes is clamping weights.
      const float limit = clipLimits.empty() ? std::numeric_limits<float>::infinity() : clipLimits[slot];
      const GroupParams group = groupParams(values, scheme, scaleDtype, affineRange, limit);
      requireFiniteScale(group.scale, row, g);
      result.scales[slot] = group.scale;
      if (!scheme.symmetric) result.zeros[slot] = group.zero;
      for (std::size_t k = 0; k < values.size(); ++k) {
        result.codes[first + k] = quantizeInGroup(std::clamp(values[k], -limit, limit), group, scheme);
      }
    }
  }
  return result;
}

std::vector<float> clampToLimits(std::span<const float> weight, std::span<const float> clipLimits, std::int64_t group) {
  std::vector<float> clamped(weight.begin(), weight.end());
  for (std::size_t k = 0; k < clamped.size(); ++k) {
    const float limit = clipLimits[k / static_cast<std::size_t>(group)];
    clamped[k] = std::clamp(clamped[k], -limit, limit);
  }
  return clamped;
}

std::vector<float> dequantizeWeight(const compute::QuantizedWeight& weight) {
  std::vector<float> values(weight.codes.size());
  const std::int64_t groups = weight.groups();
  for (std::int64_t slot = 0; slot < weight.out * groups; ++slot) {
    const std::size_t index = static_cast<std::size_t>(slot);
    const float scale = weight.scales[index];
    const std::int32_t zero = weight.zeros.empty() ? 0 : weight.zeros[index];
    const std::size_t first = static_cast<std::size_t>(slot * weight.group);
    for (std::size_t k = first; k < first + static_cast<std::size_t>(weight.group); ++k) {
      values[k] = scale * static_cast<float>(weight.codes[k] - zero);
    }
  }
  return values;
}

}  // namespace oscope::quant
