// The decoder that many families share: pre-RMSNorm, rotary positions, grouped queries, gated MLP.
#pragma once

#include "analysis/model/arch_spec.h"

namespace oscope::model {

/// What the families differ in.
struct GatedDecoderOptions {
  bool qkvBias = false, outBias = false, mlpBias = false;
  std::int64_t window = 0;  ///< of every block's attention, 0: none
};

/// Reads the usual config keys and names: [model.]layers.N.{input_layernorm, self_attn.{q,k,v,o}_proj,
/// post_attention_layernorm, mlp.{gate,up,down}_proj}, [model.]{embed_tokens, norm}, lm_head.
ModelGraph gatedDecoder(const checkpoint::HfConfig& config, const TensorCatalog* catalog,
                        const GatedDecoderOptions& options);

}  // namespace oscope::model
