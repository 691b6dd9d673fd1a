#include "quant/verify/code_check.h"

#include <fmt/format.h>

#include <cmath>

#include "quant/export/pack.h"

namespace oscope::quant {
namespace {

/// Half a step, with room for one rounding of the folded weight and one of the quotient.
constexpr double kHalfStep = 0.5 * (1 + 1e-5);
/// Relative, of a sum of squares in float64.
constexpr double kErrorTolerance = 1e-6;

/// "file F, bytes from N" of the code at (row, col).
std::string placeOf(const ExportedModel& exported, const CtLinear& linear, std::int64_t row, std::int64_t col) {
  const bool packed = linear.scheme.container == CtContainer::Packed;
  const std::string name = linear.module + (packed ? ".weight_packed" : ".weight");
  const int bits = linear.scheme.weights.bits;
  const std::int64_t offset = packed ? row * packedWords(linear.in, bits) * 4 + col * bits / 8 : row * linear.in + col;
  for (const auto& shard : exported.files().shards()) {
    if (!shard->contains(name)) continue;
    const std::uint64_t begin = shard->header().dataStart + exported.files().entry(name).begin;
    return fmt::format("tensor {}, file {}, byte {}", name, shard->path().filename().string(),
                       begin + static_cast<std::uint64_t>(offset));
  }
  return "tensor " + name;
}

}  // namespace

FileCheck checkCodes(const ExportedModel& exported, const CtLinear& linear, const compute::QuantizedWeight& weight,
                     std::span<const float> folded, double expectedError) {
  FileCheck check{"codes", "codes of " + linear.module, true, {}};
  const int high = (1 << (linear.scheme.weights.bits - 1)) - 1;
  const bool nearest = exported.deploy().codesBy == "rtn";
  double error = 0, energy = 0;
  for (std::int64_t row = 0; row < linear.out; ++row) {
    for (std::int64_t col = 0; col < linear.in; ++col) {
      const auto at = static_cast<std::size_t>(row * linear.in + col);
      const auto group = static_cast<std::size_t>(row * weight.groups() + col / weight.group);
      const int zero = weight.zeros.empty() ? 0 : weight.zeros[group];
      const double exact = folded[at], scale = weight.scales[group];
      const double difference = scale * (weight.codes[at] - zero) - exact;
      error += difference * difference;
      energy += exact * exact;
      if (!nearest || std::abs(difference) <= kHalfStep * scale) continue;
      const bool clampedLow = weight.codes[at] == -high - 1 && difference > 0;
      const bool clampedHigh = weight.codes[at] == high && difference < 0;
      if (clampedLow || clampedHigh) continue;
      check.passed = false;
      check.detail = fmt::format(
          "{}: element [{}, {}] has code {} (scale {}), the folded weight {} is {:.2f} steps away",
          placeOf(exported, linear, row, col), row, col, weight.codes[at], scale, exact, std::abs(difference) / scale);
      return check;
    }
  }
  const double relative = energy > 0 ? error / energy : 0;
  if (std::abs(relative - expectedError) > kErrorTolerance * std::max(expectedError, 1e-12)) {
    check.passed = false;
    check.detail = fmt::format("tensor {}: relative squared error {:.9g}, the sidecar says {:.9g}", linear.module,
                               relative, expectedError);
  }
  return check;
}

}  // namespace oscope::quant
