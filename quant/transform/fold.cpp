#include "quant/transform/fold.h"

namespace oscope::quant {

void scaleColumns(std::span<float> weight, std::span<const float> scale) {
  for (std::size_t row = 0; row < weight.size(); row += scale.size()) {
    for (std::size_t j = 0; j < scale.size(); ++j) weight[row + j] *= scale[j];
  }
}

std::vector<float> rowDivisors(std::int64_t rows, std::span<const std::int32_t> rowOfChannel,
                               std::span<const float> scale) {
  std::vector<float> divisors(static_cast<std::size_t>(rows), 1.0f);
  for (std::size_t channel = 0; channel < scale.size(); ++channel) {
    divisors.at(static_cast<std::size_t>(rowOfChannel[channel])) = scale[channel];
  }
  return divisors;
}

void divideRows(std::span<float> weight, std::span<float> bias, std::int64_t in,
                std::span<const std::int32_t> rowOfChannel, std::span<const float> scale) {
  const auto width = static_cast<std::size_t>(in);
  const std::vector<float> divisors = rowDivisors(static_cast<std::int64_t>(weight.size()) / in, rowOfChannel, scale);
  for (std::size_t row = 0; row < divisors.size(); ++row) {
    for (float& value : weight.subspan(row * width, width)) value /= divisors[row];
    if (!bias.empty()) bias[row] /= divisors[row];
  }
}

std::vector<float> foldNormWeight(const std::vector<float>& weight, float offset, std::span<const float> scale,
                                  DType dtype) {
  std::vector<float> folded(weight.size());
  for (std::size_t j = 0; j < weight.size(); ++j) {
    folded[j] = roundTo(dtype, offset == 0 ? weight[j] / scale[j] : (offset + weight[j]) / scale[j] - offset);
  }
  return folded;
}

std::vector<float> foldNormBias(const std::vector<float>& bias, std::span<const float> scale,
                                std::span<const float> shift, DType dtype) {
  std::vector<float> folded(bias.size());
  for (std::size_t j = 0; j < bias.size(); ++j) {
    folded[j] = roundTo(dtype, (shift.empty() ? bias[j] : bias[j] - shift[j]) / scale[j]);
  }
  return folded;
}

std::vector<float> shiftBias(const std::vector<float>& bias, std::span<const float> weight,
                             std::span<const float> shift) {
  std::vector<float> shifted = bias;
  for (std::size_t row = 0; row < bias.size(); ++row) {
    double sum = bias[row];
    for (std::size_t j = 0; j < shift.size(); ++j) {
      sum += static_cast<double>(weight[row * shift.size() + j]) * static_cast<double>(shift[j]);
    }
    shifted[row] = static_cast<float>(sum);
  }
  return shifted;
}

}  // namespace oscope::quant
