// What a snapshot tells about a linear from its weights alone.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/base/thread_pool.h"
#include "analysis/checkpoint/tensor_source.h"
#include "analysis/model/model_graph.h"
#include "analysis/stats/snapshot.h"

namespace oscope::calibration {

/// Rows of each weight that a snapshot keeps, for predictions of weight rounding.
inline constexpr std::int64_t kSampledWeightRows = 32;

struct WeightFacts {
  stats::ReaderStats reader;             ///< all but the output energy
  std::vector<std::int64_t> rowIndices;  ///< ascending
  std::vector<float> rows;               ///< [rowIndices, in]
};

/// One pass over the weight. `stream` makes the sampled rows of different linears differ. NaN and infinities are
/// NonFinite errors that name tensor, row and column.
WeightFacts gatherWeightFacts(const model::LinearDesc& linear, const checkpoint::TensorSource& source,
                              std::uint64_t seed, std::uint64_t stream, ThreadPool& pool);

}  // namespace oscope::calibration
