// tokenizer.model files, through the sentencepiece library.
#pragma once

#include <filesystem>
#include <memory>

#include "analysis/checkpoint/tokenizer.h"

namespace oscope::checkpoint {

/// Reads `file` and, beside it, tokenizer_config.json for add_bos_token and add_eos_token (true and false where they
/// are missing, as LlamaTokenizer has it). Special tokens written out in a text ("</s>") are plain text to the
/// library. Texts that hold a token of added_tokens.json are refused: the library doesn't know these.
std::unique_ptr<Tokenizer> readSentencePieceTokenizer(const std::filesystem::path& file);

}  // namespace oscope::checkpoint
