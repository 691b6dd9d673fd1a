// Calibration and evaluation tokens: samples of equal length out of text, JSONL, token files or a seeded generator.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer.h"

namespace oscope::calibration {

struct DatasetOptions {
  enum class Source : std::uint8_t { Random, Text, Jsonl, Tokens } source = Source::Random;
  std::filesystem::path file;    ///< Text, Jsonl, Tokens
  std::string jsonKey = "text";  ///< Jsonl: the field that holds the text; an array of integers is taken as ids
  std::int64_t samples = 128;    ///< windows to take
  std::int64_t length = 512;     ///< tokens of each window
  bool samplesOfFile = false;    ///< Tokens in rows: all of them from `firstSample` on, whatever `samples` says
  bool lengthOfFile = false;     ///< Tokens in rows: as long as they are, whatever `length` says
  std::uint64_t seed = 0;        ///< Random: of the generator
  std::int64_t firstSample = 0;  ///< shards: skip this many windows
};

/// An error that another value of one option would mend.
class DatasetError : public Error {
 public:
  enum class Option : std::uint8_t { Samples, Length };
  DatasetError(Option option, std::int64_t fitting, ErrorCode code, std::string where, std::string text,
               std::string remedy)
      : Error(code, std::move(where), std::move(text), std::move(remedy)), m_option(option), m_fitting(fitting) {}
  Option option() const { return m_option; }
  std::int64_t fitting() const { return m_fitting; }  ///< the largest value that works; 0: none does

 private:
  Option m_option;
  std::int64_t m_fitting;
};

/// [samples, length] ids.
struct Dataset {
  std::int64_t samples = 0, length = 0, firstSample = 0;
  std::vector<std::int32_t> ids;
  std::string source, fileName;
  std::filesystem::path file;  ///< absolute; empty: random
  std::string jsonKey;
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

/// "random", "text", "jsonl", "tokens": Provenance::dataSource, and back.
const char* toString(DatasetOptions::Source source);
std::optional<DatasetOptions::Source> parseSource(std::string_view text);

/// loadDataset() with the tokenizer of a model's folder, where the source needs one or the folder has one.
struct LoadedData {
  std::unique_ptr<checkpoint::Tokenizer> tokenizer;  ///< null where the model has none
  Dataset dataset;
};
LoadedData loadData(const DatasetOptions& options, const std::filesystem::path& modelFolder, std::int64_t vocabulary);

}  // namespace oscope::calibration
