// Qwen2 and 2.5: the gated decoder with biases on query, key and value alone.
#include "analysis/base/error.h"
#include "analysis/model/gated_decoder.h"

namespace oscope::model {
namespace {

ModelGraph build(const checkpoint::HfConfig& config, const TensorCatalog* catalog) {
  if (config.flag({"use_sliding_window"}, false)) {
    throw Error(ErrorCode::Unsupported, config.where(), "use_sliding_window mixes attention windows over the blocks",
                "set it to false where texts are shorter than sliding_window: the model is the same then");
  }
  GatedDecoderOptions options;
  options.qkvBias = true;
  return gatedDecoder(config, catalog, options);
}

}  // namespace

ArchSpec qwen2Spec() {
  return {"qwen2", {"qwen2", "Qwen2ForCausalLM", "Qwen2Model"}, {}, build};
}

}  // namespace oscope::model
