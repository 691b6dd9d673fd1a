// Stage 1: a checkpoint folder becomes an opened model.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "analysis/base/diagnostic.h"
#include "analysis/checkpoint/hf_config.h"
#include "analysis/checkpoint/sharded_checkpoint.h"
#include "analysis/model/model_graph.h"

namespace oscope::model {

struct OpenedModel {
  std::filesystem::path folder;
  checkpoint::HfConfig config;
  std::shared_ptr<const checkpoint::ShardedCheckpoint> weights;
  ModelGraph graph;
  Diagnostics diagnostics;  ///< unused tensors, size mismatches
};

/// Reads config and headers, builds the graph and checks that every tensor that the graph names is there with the
/// right shape and a float dtype. No tensor data is read.
OpenedModel openModel(const std::filesystem::path& folder);

/// The graph of a config alone (estimates without a checkpoint).
ModelGraph graphOfConfig(const checkpoint::HfConfig& config);

}  // namespace oscope::model
