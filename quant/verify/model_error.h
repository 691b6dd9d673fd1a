// Float and quantized models side by side, in one pass over the blocks: one block of each is in memory, hidden states
// wait as in calibration.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "quant/transform/quantize_block.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// A model that is compared with float.
struct Contender {
  std::string name;
  const checkpoint::TensorSource* ends = nullptr;  ///< embedding and head
  std::function<QuantizedBlock(int index)> block;
};

/// Fills sites, perplexities and model measures of `report`. Perplexity, KL and top-1 are over all windows of `data`,
/// site figures over the first options.siteSamples. Logits with NaN or infinity are a NonFinite error.
void compareModels(const model::OpenedModel& model, const Contender& quantized,
                   const std::optional<Contender>& baseline, const calibration::Dataset& data,
                   const VerifyOptions& options, compute::Backend& backend, const JobContext& context,
                   VerifyReport& report);

}  // namespace oscope::quant
