// Mistral: the gated decoder, in its first version with a sliding attention window.
#include "analysis/model/gated_decoder.h"

namespace oscope::model {
namespace {

ModelGraph build(const checkpoint::HfConfig& config, const TensorCatalog* catalog) {
  GatedDecoderOptions options;
  options.window = config.integer({"sliding_window"}, 0);
  return gatedDecoder(config, catalog, options);
}

}  // namespace

ArchSpec mistralSpec() {
  return {"mistral", {"mistral", "MistralForCausalLM", "MistralModel"}, {}, build};
}

}  // namespace oscope::model
