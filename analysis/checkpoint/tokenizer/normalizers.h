// The "normalizer" of tokenizer.json: changes the text before it is cut.
#pragma once

#include <memory>
#include <string>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

/// A text on its way through the normalizers.
struct NormalizedText {
  std::string text;
  bool atStart = false;      ///< its first character came from the very start of the whole text
  std::size_t maxBytes = 0;  ///< a hostile file must not make the text grow without bound

  explicit NormalizedText(std::string value, bool start);
};

/// Thread-safe.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void apply(NormalizedText& text) const = 0;
};

/// Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, ByteLevel.
std::unique_ptr<Normalizer> readNormalizer(const Part& part);

}  // namespace oscope::checkpoint
