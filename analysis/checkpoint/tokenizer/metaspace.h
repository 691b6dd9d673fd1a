// What the pre-tokenizer and the decoder "Metaspace" are told in tokenizer.json.
#pragma once

#include <string>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

struct MetaspaceOptions {
  enum class Prepend : std::uint8_t { Always, First, Never };
  std::string mark;  ///< stands for a space, mostly U+2581
  Prepend prepend = Prepend::Always;
  bool split = true;
};

/// Files from before prepend_scheme say add_prefix_space; where both are there they must agree.
MetaspaceOptions readMetaspace(const Part& part);

}  // namespace oscope::checkpoint
