// LLaMA 1 to 3 (architectures.md sections 2 to 4). Biases only where the config asks for them.
#include "analysis/model/gated_decoder.h"

namespace oscope::model {
namespace {

ModelGraph build(const checkpoint::HfConfig& config, const TensorCatalog* catalog) {
  GatedDecoderOptions options;
  options.qkvBias = options.outBias = config.flag({"attention_bias"}, false);
  options.mlpBias = config.flag({"mlp_bias"}, false);
  return gatedDecoder(config, catalog, options);
}

}  // namespace

ArchSpec llamaSpec() {
  return {"llama", {"llama", "LlamaForCausalLM", "LlamaModel"}, {"rotary_emb.inv_freq"}, build};
}

}  // namespace oscope::model
