// The one list of a site record's arrays: writing, reading and hashing walk it in this order.
#pragma once

#include <string>

#include "analysis/stats/hdf5_store.h"

namespace oscope::stats {

/// What visitFields visits.
enum class FieldSet : std::uint8_t { Resident, Detail };

/// Calls visitor(name, vector, expected) for every array. `expected` is the element count that a present array must
/// have, -1 where any count is fine. `rows` is passed through visitor.rows(name, values, exponents per row).
/// Record is SiteRecord or const SiteRecord; readers and weight samples must be sized before reading.
template <typename Record, typename Visitor>
void visitFields(Record& record, FieldSet set, Visitor& visitor) {
  auto& stats = record.stats;
  auto& detail = record.detail;
  const std::int64_t channels = stats.channels;
  if (set == FieldSet::Resident) {
    visitor("absmax", stats.absmax, channels);
    visitor("min", stats.min, channels);
    visitor("max", stats.max, channels);
    visitor("absmax_token", stats.absmaxToken, channels);
    visitor("mean", stats.mean, channels);
    visitor("mean_abs", stats.meanAbs, channels);
    visitor("rms", stats.rms, channels);
    visitor("token_absmax", stats.tokenAbsmax, stats.tokens);
    visitor("extremes", stats.extremes, -1);
    visitor("weighted_histogram", stats.weightedHistogram, compute::kHistogramBins);
    visitor("fold_rows", stats.foldRows, channels);
    for (std::size_t i = 0; i < stats.readers.size(); ++i) {
      const std::string prefix = "readers/" + std::to_string(i) + "/";
      visitor(prefix + "column_norms", stats.readers[i].columnNorms, channels);
      visitor(prefix + "column_absmax", stats.readers[i].columnAbsmax, channels);
    }
    return;
  }
  visitor("sum", detail.sum, channels);
  visitor("sum_abs", detail.sumAbs, channels);
  visitor("sum_sq", detail.sumSq, channels);
  visitor("output_energy", detail.outputEnergy, static_cast<std::int64_t>(stats.readers.size()));
  visitor("histogram", detail.histogram, channels * compute::kHistogramBins);
  visitor("row_tokens", detail.rowTokens, -1);
  visitor.rows("rows", detail.rows, static_cast<std::int64_t>(detail.rowTokens.size()), channels);
  for (std::size_t i = 0; i < detail.weightRows.size(); ++i) {
    const std::string prefix = "readers/" + std::to_string(i) + "/";
    visitor(prefix + "weight_row_indices", detail.weightRowIndices[i], -1);
    visitor(prefix + "weight_rows", detail.weightRows[i],
            static_cast<std::int64_t>(detail.weightRowIndices[i].size()) * channels);
  }
}

}  // namespace oscope::stats
