// Rotary frequencies out of a config, with the scaling rules that we know.
#pragma once

#include "analysis/checkpoint/hf_config.h"
#include "analysis/compute/backend.h"

namespace oscope::model {

/// Frequencies of heads that rotate `dims` dimensions. Reads rope_theta and rope_scaling (or rope_parameters) with the
/// types default, dynamic, linear, llama3 and yarn (transformers modeling_rope_utils.py); others are Unsupported
/// errors.
compute::RopeParams ropeOfConfig(const checkpoint::HfConfig& config, std::int64_t dims);

/// Type dynamic: the frequencies are the default's up to max_position_embeddings; beyond, they follow the longest text
/// that a runtime has seen, so that no calibration could speak for them.
bool ropeFollowsLength(const checkpoint::HfConfig& config);

}  // namespace oscope::model
