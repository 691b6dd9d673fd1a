#include "quant/policy/noise_model.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace oscope::quant {

double roundingIntegral(double x, double step, double topCode) {
  const double code = std::min(std::nearbyint(x / step), topCode);
  const double rest = x - code * step;
  return code * step * step * step / 12 + rest * rest * rest / 3;
}

template <typename Count>
double histogramNoise(std::span<const Count> counts, double step, double topCode, double top) {
  double sum = 0;
  for (int bin = 0; bin < compute::kHistogramBins; ++bin) {
    const auto count = static_cast<double>(counts[static_cast<std::size_t>(bin)]);
    if (count == 0) continue;
    const double low = compute::histogramEdge(bin);
    const double high = std::min(compute::histogramEdge(bin + 1), std::max(top, low * 1.01 + 1e-9));
    sum += count * (roundingIntegral(high, step, topCode) - roundingIntegral(low, step, topCode)) / (high - low);
  }
  return sum;
}

template double histogramNoise(std::span<const double>, double, double, double);
template double histogramNoise(std::span<const std::uint32_t>, double, double, double);

std::vector<ScaleBucket> tokenScales(std::span<const float> tokenAbsmax, double divisor) {
  struct Bucket {
    double squares = 0;
    std::int64_t tokens = 0;
  };
  std::map<int, Bucket> buckets;
  for (float absmax : tokenAbsmax) {
    if (absmax == 0) continue;
    const double scale = absmax / divisor;
    Bucket& bucket = buckets[static_cast<int>(std::floor(8 * std::log2(scale)))];
    bucket.squares += scale * scale;
    ++bucket.tokens;
  }
  std::vector<ScaleBucket> scales;
  for (const auto& [key, bucket] : buckets) {
    const auto tokens = static_cast<double>(bucket.tokens);
    scales.push_back({std::sqrt(bucket.squares / tokens), tokens / static_cast<double>(tokenAbsmax.size())});
  }
  return scales;
}

}  // namespace oscope::quant
