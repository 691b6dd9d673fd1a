// The devices that the op tests run on, and data for them.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "analysis/compute/backend.h"
#include "tests/compute/tolerances.h"

namespace oscope::compute::test {

struct BackendCase {
  std::string name;  ///< letters, digits, underscores: part of the test's name
  std::function<std::unique_ptr<Backend>()> make;
  ProductTolerances products = kFloat32Products;
  std::string whyAbsent = {};  ///< not empty: this machine has no such device, and why
};

/// For test reports.
inline void PrintTo(const BackendCase& backend, std::ostream* out) {
  *out << backend.name;
}

/// The backends that a test program runs its suites on; those that are absent are skipped with the reason.
std::vector<BackendCase> testBackends();

/// Reproducible values: normal-like, with a few outliers per row, as activations have them.
std::vector<float> activations(std::int64_t rows, std::int64_t cols, std::uint64_t seed);

Tensor uploaded(Backend& backend, const std::vector<float>& values, std::int64_t rows, std::int64_t cols);
std::vector<float> downloaded(Backend& backend, const Tensor& tensor);

/// Bits of `values` rounded to a 16-bit type, as a tensor of that dtype.
HostTensor rounded(DType dtype, const std::vector<float>& values, std::vector<std::int64_t> shape);

/// max |a - b| / max |b|.
double relativeError(const std::vector<float>& actual, const std::vector<double>& reference);

}  // namespace oscope::compute::test
