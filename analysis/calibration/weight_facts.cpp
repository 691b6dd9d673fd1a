#include "analysis/calibration/weight_facts.h"

#include <algorithm>
#include <cmath>

#include "analysis/model/weight_check.h"
#include "analysis/stats/row_sample.h"

namespace oscope::calibration {
namespace {

/// Columns that one task walks down: a row's piece is then a few cache lines, and its sums stay in the cache.
constexpr std::int64_t kSlice = 1024;

/// Sums over rows in their order, so the bits don't depend on the threads.
void reduceSlice(const compute::HostTensor& weight, std::int64_t first, std::int64_t count,
                 stats::ReaderStats& reader) {
  std::vector<float> piece(static_cast<std::size_t>(count));
  std::vector<double> squares(static_cast<std::size_t>(count), 0.0);
  float* absmax = reader.columnAbsmax.data() + first;
  const std::int64_t rows = weight.rows(), cols = weight.cols();
  for (std::int64_t row = 0; row < rows; ++row) {
    compute::toFloat32(weight, row * cols + first, count, piece.data());
    for (std::int64_t j = 0; j < count; ++j) {
      const float w = piece[static_cast<std::size_t>(j)];
      squares[static_cast<std::size_t>(j)] += double{w} * w;
      absmax[j] = std::max(absmax[j], std::fabs(w));
    }
  }
  for (std::int64_t j = 0; j < count; ++j) {
    reader.columnNorms[static_cast<std::size_t>(first + j)] =
        static_cast<float>(std::sqrt(squares[static_cast<std::size_t>(j)]));
  }
}

}  // namespace

WeightFacts gatherWeightFacts(const model::LinearDesc& linear, const checkpoint::TensorSource& source,
                              std::uint64_t seed, std::uint64_t stream, ThreadPool& pool) {
  const compute::HostTensor weight = source.tensor(linear.weight);
  const std::int64_t cols = weight.cols();
  WeightFacts facts;
  facts.reader.module = linear.module;
  facts.reader.role = linear.role;
  facts.reader.out = linear.out;
  facts.reader.columnNorms.resize(static_cast<std::size_t>(cols));
  facts.reader.columnAbsmax.resize(static_cast<std::size_t>(cols));
  pool.parallelFor((cols + kSlice - 1) / kSlice, [&](std::int64_t slice, int) {
    const std::int64_t first = slice * kSlice;
    reduceSlice(weight, first, std::min(kSlice, cols - first), facts.reader);
  });
  // One NaN or infinity makes its column's norm one: only then it is worth looking where it stands.
  const auto& norms = facts.reader.columnNorms;
  if (!std::all_of(norms.begin(), norms.end(), [](float norm) { return std::isfinite(norm); })) {
    model::requireFinite(weight);
  }
  facts.rowIndices = stats::sampleIndices(weight.rows(), kSampledWeightRows, seed, stream);
  facts.rows.resize(facts.rowIndices.size() * static_cast<std::size_t>(cols));
  for (std::size_t i = 0; i < facts.rowIndices.size(); ++i) {
    compute::toFloat32(weight, facts.rowIndices[i] * cols, cols,
                       facts.rows.data() + i * static_cast<std::size_t>(cols));
  }
  if (!linear.bias.empty()) {
    const compute::HostTensor bias = source.tensor(linear.bias);
    model::requireFinite(bias);
    for (const float b : compute::toFloat32(bias)) facts.reader.biasEnergy += double{b} * b;
  }
  return facts;
}

}  // namespace oscope::calibration
