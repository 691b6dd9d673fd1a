// tokenizer.json of the Hugging Face tokenizers library.
#pragma once

#include <memory>
#include <string>

#include "analysis/base/json.h"
#include "analysis/checkpoint/tokenizer.h"

namespace oscope::checkpoint {

/// Builds the tokenizer that `file` describes. Unknown parts are Unsupported errors naming `where` and the part;
/// "truncation" and "padding" don't concern whole texts and are passed over.
std::unique_ptr<Tokenizer> readHfTokenizer(const Json& file, const std::string& where);

}  // namespace oscope::checkpoint
