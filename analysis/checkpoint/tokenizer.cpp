#include "analysis/checkpoint/tokenizer.h"

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/checkpoint/tokenizer/hf_tokenizer.h"
#include "analysis/checkpoint/tokenizer/sentencepiece_tokenizer.h"

namespace oscope::checkpoint {

std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& modelFolder) {
  for (const char* name : {"tokenizer.json", "tokenizer.model"}) {
    if (std::filesystem::exists(modelFolder / name)) return loadTokenizerFile(modelFolder / name);
  }
  throw Error(ErrorCode::FileNotFound, modelFolder.string(), "neither tokenizer.json nor tokenizer.model is there",
              "put the model's tokenizer there, or give token ids or random tokens instead of text");
}

std::unique_ptr<Tokenizer> loadTokenizerFile(const std::filesystem::path& file) {
  if (file.extension() == ".model") return readSentencePieceTokenizer(file);
  if (file.extension() == ".json") return readHfTokenizer(readJsonFile(file), file.string());
  throw Error(ErrorCode::Unsupported, file.string(), "a tokenizer file must end in .json or .model");
}

}  // namespace oscope::checkpoint
