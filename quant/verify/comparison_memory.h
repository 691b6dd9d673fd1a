// Where the hidden states of compared models wait, and how many windows pass a block together.
#pragma once

#include <cstdint>

#include "analysis/calibration/hidden_state_store.h"
#include "analysis/compute/backend.h"
#include "analysis/model/model_graph.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

struct ComparisonMemory {
  calibration::HiddenPlace place = calibration::HiddenPlace::Host;
  std::int64_t windows = 1;  ///< at a time, to begin with
};

/// For `models` models, float included. On a device hidden states stay there where they fit beside two blocks in
/// float32, their work tensors and logits; else in host memory, where options.memoryBytes allows it; else in a file.
ComparisonMemory planComparison(const model::ModelGraph& graph, const calibration::Dataset& data, std::size_t models,
                                const VerifyOptions& options, const compute::DeviceInfo& device);

/// Bytes of one piece of logits, per model.
inline constexpr std::uint64_t kLogitBytes = std::uint64_t{256} << 20;

}  // namespace oscope::quant
