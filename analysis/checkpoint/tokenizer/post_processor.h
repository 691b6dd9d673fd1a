// The "post_processor" of tokenizer.json, as far as one text is concerned: what stands around its tokens.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

/// Special ids in front of and behind the text's own (BOS, EOS).
struct PostProcessor {
  std::vector<std::int32_t> before, after;
};

/// TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel (which adds nothing), Sequence.
PostProcessor readPostProcessor(const Part& part);

}  // namespace oscope::checkpoint
