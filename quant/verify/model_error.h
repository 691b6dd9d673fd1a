// Float and quantized models side by side, in one pass over the blocks: one block of each is in memory, hidden states
// wait as in calibration.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "quant/transform/quantize_block.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// A model that is compared with float.
struct Contender {
  std::string name;
  const checkpoint::TensorSource* ends = nullptr;  ///< embedding and head
  std::function<QuantizedBlock(int index)> block;
  bool measuresSites = true;
  std::uint64_t blockBytes = 0;  ///< memory that block() takes (quantizeBlockBytes)
};

struct ContenderMeasure {
  ModelMeasure model;
  std::vector<SiteMeasure> sites;  ///< empty unless Contender::measuresSites
  double blockSeconds = 0;         ///< spent in Contender::block
};

struct ModelComparison {
  double floatPerplexity = 0;
  std::vector<double> floatNllPerWindow;
  std::vector<ContenderMeasure> contenders;  ///< in the order given
  Diagnostics diagnostics;                   ///< where memory ran out on the way: no figure depends on it
};

/// Perplexity, KL and top-1 are over all windows of `data`, site figures over the first options.siteSamples;
/// options.logitsFile gets the first contender's logits. Blocks are made and dropped one at a time, whatever the number
/// of contenders. `stage` names the progress. Logits with NaN or infinity are a NonFinite error.
/// options.memoryBytes is a promise: hidden states are spilled and batches get smaller, which shows in no bit;
/// OutOfMemory beforehand where that doesn't do.
ModelComparison compareModels(const model::OpenedModel& model, const std::vector<Contender>& contenders,
                              const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                              const JobContext& context, const std::string& stage);

}  // namespace oscope::quant
