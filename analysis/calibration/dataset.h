// Calibration and evaluation tokens: samples of equal length out of text, JSONL, token files or a seeded generator.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/checkpoint/tokenizer.h"

namespace oscope::calibration {

struct DatasetOptions {
  enum class Source : std::uint8_t { Random, Text, Jsonl, Tokens } source = Source::Random;
  std::filesystem::path file;    ///< Text, Jsonl, Tokens
  std::string jsonKey = "text";  ///< Jsonl: the field that holds the text; an array of integers is taken as ids
  std::int64_t samples = 128;    ///< windows to take
  std::int64_t length = 512;     ///< tokens of each window
  std::uint64_t seed = 0;        ///< Random: of the generator
  std::int64_t firstSample = 0;  ///< shards: skip this many windows
};

/// [samples, length] ids.
struct Dataset {
  std::int64_t samples = 0, length = 0, firstSample = 0;
  std::vector<std::int32_t> ids;
  std::string source, fileName;
  bool bosAtStart = false;  ///< the first token is a special one that the tokenizer put in front of the text

  std::span<const std::int32_t> sample(std::int64_t index) const {
    return {ids.data() + index * length, static_cast<std::size_t>(length)};
  }
  std::string hash() const;  ///< SHA-256 of the ids
};

/// Window rule: the whole text (JSONL: the texts joined by "\n\n") is encoded once, with the special tokens of the
/// tokenizer once at the very start, and cut into consecutive windows without overlap; the tail is dropped. JSONL with
/// arrays of ids: these in line, cut likewise. Random (random_tokens.h): ids uniform over [0, vocabulary) without the
/// tokenizer's special ids; a window depends on seed and index alone, so shards agree with the whole. Fewer windows
/// than asked for: an Error that says how many there are. Tokens (token_file.h): a .safetensors file with an integer
/// tensor [samples, length] or [n], a .json array of arrays, or text with whitespace-separated ids. Ids outside the
/// vocabulary are errors that name their place. `tokenizer` may be null for Random and Tokens.
Dataset loadDataset(const DatasetOptions& options, const checkpoint::Tokenizer* tokenizer, std::int64_t vocabulary);

}  // namespace oscope::calibration
