// Where the hidden states of compared models wait, and how many windows pass a block together.
#pragma once

#include <cstdint>

#include "analysis/calibration/hidden_state_store.h"
#include "quant/verify/model_error.h"

namespace oscope::quant {

struct ComparisonMemory {
  calibration::HiddenPlace place = calibration::HiddenPlace::Host;
  std::int64_t windows = 1;  ///< at a time, to begin with
};

/// On a device hidden states stay there where they fit beside two blocks in float32, their work tensors and logits;
/// else in host memory while options.memoryBytes allows it; else in a file. On the CPU that is a promise on peak
/// resident memory: fewer windows pass together, and an OutOfMemory error names what would do where even one is too
/// much.
ComparisonMemory planComparison(const model::OpenedModel& model, const std::vector<Contender>& contenders,
                                const calibration::Dataset& data, const VerifyOptions& options,
                                const compute::DeviceInfo& device);

/// Bytes of one piece of logits, per model, whatever the promise: a product's last bits depend on its rows.
inline constexpr std::uint64_t kLogitBytes = std::uint64_t{64} << 20;

}  // namespace oscope::quant
