#include "analysis/compute/weight_quantization.h"

#include <algorithm>

#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {
namespace {

/// `values` with the folds of row `row` in `folded`; in place where there are none.
std::span<const float> foldedRow(std::span<const float> values, std::int64_t row, const WeightFold& fold,
                                 std::vector<float>& folded) {
  if (fold.columns.empty() && fold.rows.empty()) return values;
  folded.assign(values.begin(), values.end());
  for (std::size_t k = 0; k < fold.columns.size(); ++k) folded[k] *= fold.columns[k];
  if (!fold.rows.empty()) {
    const float divisor = fold.rows[static_cast<std::size_t>(row)];
    for (float& value : folded) value /= divisor;
  }
  return folded;
}

}  // namespace

WeightCodes quantizeWeight(Parallel& parallel, const CpuWeight& weight, const WeightFold& fold,
                           const WeightQuant& quant, std::span<const float> clipLimits) {
  const std::int64_t out = weight.rows(), in = weight.cols();
  WeightCodes result;
  result.weight = emptyQuantizedWeight(out, in, quant);
  const auto groups = static_cast<std::size_t>(result.weight.groups());
  std::vector<SquareSums> sums(static_cast<std::size_t>(out));
  std::vector<std::int64_t> bad(static_cast<std::size_t>(out), -1);
  parallel.forRows(out, in, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(static_cast<std::size_t>(in)), folded;
    for (std::int64_t row = first; row < last; ++row) {
      const auto at = static_cast<std::size_t>(row);
      const std::span stored(weight.floatRows(row, 1, scratch.data()), static_cast<std::size_t>(in));
      const std::span<const float> values = foldedRow(stored, row, fold, folded);
      const auto limits = clipLimits.empty() ? clipLimits : clipLimits.subspan(at * groups, groups);
      bad[at] = quantizeRow(values, row, quant, limits, result.weight);
      if (bad[at] < 0) sums[at] = squareSums(values, row, result.weight);
    }
  });
  const auto found = std::find_if(bad.begin(), bad.end(), [](std::int64_t group) { return group >= 0; });
  if (found != bad.end()) throwScaleNotFinite(found - bad.begin(), *found);
  for (const SquareSums& row : sums) {
    result.sums.energy += row.energy;
    result.sums.error += row.error;
  }
  return result;
}

}  // namespace oscope::compute::cpu
