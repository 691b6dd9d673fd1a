#include "quant/memory/deploy_stages.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

constexpr double kIntegerBits = 8;  // the widest operands of the integer units that FPTQ counts on
constexpr double kFewBits = 4;      // of weights, from which on self-decoding counts as efficient

double seconds(double bytes, double bytesPerSecond, const char* place) {
  if (!(bytesPerSecond > 0)) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("bandwidth of {}", place),
                fmt::format("{} is no rate", bytesPerSecond), "give bytes per second above 0");
  }
  return bytes / bytesPerSecond;
}

}  // namespace

MoveTimes timesToMove(double bytes, const Bandwidths& bandwidths) {
  return {seconds(bytes, bandwidths.gpu, "GPU memory"), seconds(bytes, bandwidths.host, "host memory"),
          seconds(bytes, bandwidths.disk, "disk")};
}

double secondsPerStep(const MemoryEstimate& estimate, double bytesPerSecond) {
  return seconds(estimate.weightBytes + estimate.scaleBytes + estimate.kvBytes, bytesPerSecond, "GPU memory");
}

StageEffect contextDecoding(const MemoryScheme& scheme) {
  if (scheme.weightBits <= kIntegerBits && scheme.activationBits <= kIntegerBits) {
    return {true, fmt::format("int{} × int{} products", scheme.activationBits, scheme.weightBits)};
  }
  if (scheme.weightBits <= kIntegerBits) {
    return {false, fmt::format("{}-bit activations: weights are converted back, products stay in float",
                               scheme.activationBits)};
  }
  return {false, fmt::format("{}-bit weights: products stay in float", scheme.weightBits)};
}

StageEffect selfDecoding(const MemoryScheme& scheme) {
  const double factor = 16 / scheme.weightBits;
  if (scheme.weightBits <= kFewBits) return {true, fmt::format("weights are {:.3g} times smaller", factor)};
  if (scheme.weightBits < 16) {
    return {false, fmt::format("weights are {:.3g} times smaller, 4 bits would make it 4", factor)};
  }
  return {false, "weights stay as large"};
}

}  // namespace oscope::quant
