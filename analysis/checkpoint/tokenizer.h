// Text to token ids, as the model's own tokenizer does it. Parts that we don't know are refused by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oscope::checkpoint {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// The whole text, UTF-8 (invalid bytes are an error with their offset). `addSpecial`: with what the
  /// post-processor adds (BOS, EOS).
  virtual std::vector<std::int32_t> encode(std::string_view text, bool addSpecial) const = 0;
  /// The first `count` ids of encode(text, false), or all where there are fewer. Does little work behind them.
  virtual std::vector<std::int32_t> encodeFirst(std::string_view text, std::size_t count) const = 0;
  /// What encode puts in front of a text where it adds special tokens: BOS, mostly.
  virtual std::vector<std::int32_t> startIds() const = 0;
  /// Ids that no token has are left out.
  virtual std::string decode(const std::vector<std::int32_t>& ids) const = 0;
  /// The text of one token as a person should see it (byte tokens as <0x0A>, spaces kept); "[123]" for ids
  /// that no token has.
  virtual std::string tokenText(std::int32_t id) const = 0;
  /// One past the highest id.
  virtual std::int64_t vocabularySize() const = 0;
  /// Ids that random calibration leaves out: BOS, EOS, unknown, padding and other special tokens.
  virtual std::vector<std::int32_t> specialIds() const = 0;
};

/// tokenizer.json (preferred) or tokenizer.model of `modelFolder`; FileNotFound where there is neither.
std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& modelFolder);
/// One file of either kind, told by its ending.
std::unique_ptr<Tokenizer> loadTokenizerFile(const std::filesystem::path& file);

}  // namespace oscope::checkpoint
