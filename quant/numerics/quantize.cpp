#include "quant/numerics/quantize.h"

#include <algorithm>
#include <cmath>

namespace oscope::quant {

float staticActivationScale(double absmax, int bits, DType scaleDtype) {
  if (absmax == 0) return 1.0f;
  const double exact = absmax / largestCode(bits);
  float single = static_cast<float>(exact);
  if (static_cast<double>(single) < exact) single = std::nextafter(single, std::numeric_limits<float>::infinity());
  return roundUpTo(scaleDtype, single);
}

compute::WeightQuant weightQuant(const WeightScheme& scheme, std::int64_t in, DType scaleDtype, AffineRange range) {
  return {scheme.bits, effectiveGroup(scheme, in), scheme.symmetric, scaleDtype, range};
}

compute::QuantizedWeight quantizeWeight(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                        const WeightScheme& scheme, DType scaleDtype, std::span<const float> clipLimits,
                                        AffineRange range) {
  const compute::WeightQuant quant = weightQuant(scheme, in, scaleDtype, range);
  compute::QuantizedWeight result = compute::emptyQuantizedWeight(out, in, quant);
  const auto width = static_cast<std::size_t>(in), groups = static_cast<std::size_t>(result.groups());
  for (std::int64_t row = 0; row < out; ++row) {
    const auto at = static_cast<std::size_t>(row);
    const auto limits = clipLimits.empty() ? clipLimits : clipLimits.subspan(at * groups, groups);
    const std::int64_t bad = quantizeRow(weight.subspan(at * width, width), row, quant, limits, result);
    if (bad >= 0) compute::throwScaleNotFinite(row, bad);
  }
  return result;
}

compute::SquareSums squareSums(std::span<const float> weight, const compute::QuantizedWeight& codes) {
  compute::SquareSums sums;
  const auto width = static_cast<std::size_t>(codes.in);
  for (std::int64_t row = 0; row < codes.out; ++row) {
    const compute::SquareSums ofRow =
        compute::squareSums(weight.subspan(static_cast<std::size_t>(row) * width, width), row, codes);
    sums.energy += ofRow.energy;
    sums.error += ofRow.error;
  }
  return sums;
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
