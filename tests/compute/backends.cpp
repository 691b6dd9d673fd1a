#include "tests/compute/backends.h"

#include <algorithm>
#include <cmath>

namespace oscope::compute::test {

std::vector<float> activations(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  std::uint64_t state = seed * 0x9E3779B97F4A7C15ull + 1;
  const auto uniform = [&state] {  // splitmix64
    std::uint64_t z = state += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  };
  std::vector<float> values(static_cast<std::size_t>(rows * cols));
  for (std::size_t i = 0; i < values.size(); ++i) {
    double sum = -2.0;
    for (int k = 0; k < 4; ++k) sum += uniform();
    const bool outlier = i % static_cast<std::size_t>(cols) == static_cast<std::size_t>(cols / 3);
    values[i] = static_cast<float>(sum * (outlier ? 40.0 : 1.0));
  }
  return values;
}

Tensor uploaded(Backend& backend, const std::vector<float>& values, std::int64_t rows, std::int64_t cols) {
  Tensor tensor = backend.allocate(DType::F32, rows, cols);
  backend.upload(values.data(), tensor);
  return tensor;
}

std::vector<float> downloaded(Backend& backend, const Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.rows * tensor.cols));
  backend.download(tensor, values.data());
  return values;
}

HostTensor rounded(DType dtype, const std::vector<float>& values, std::vector<std::int64_t> shape) {
  if (dtype == DType::F32) return makeHostTensor("w", values, std::move(shape));
  auto bits = std::make_shared<std::vector<std::uint16_t>>();
  for (float value : values) bits->push_back(dtype == DType::BF16 ? floatToBf16(value) : floatToFp16(value));
  return {bits->data(), dtype, std::move(shape), bits, "w"};
}

double relativeError(const std::vector<float>& actual, const std::vector<double>& reference) {
  if (actual.size() != reference.size()) return INFINITY;
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(actual[i])) return INFINITY;
    worst = std::max(worst, std::fabs(actual[i] - reference[i]));
    largest = std::max(largest, std::fabs(reference[i]));
  }
  return largest > 0 ? worst / largest : worst;
}

}  // namespace oscope::compute::test
