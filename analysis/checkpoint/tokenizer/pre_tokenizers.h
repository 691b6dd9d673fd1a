// The "pre_tokenizer" of tokenizer.json: cuts the text into pieces that the model encodes one by one.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

/// A piece of the normalized text.
struct Piece {
  std::string_view text;
  bool atStart = false;  ///< begins at the very start of the whole text (Metaspace's prepend_scheme "first")
};

/// Takes the pieces in order; returns false when it wants no more.
using PieceSink = std::function<bool(const Piece&)>;

/// Pieces are handed on one at a time, so a long text costs no list of them. Thread-safe.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  /// Returns false as soon as the sink did.
  virtual bool split(const Piece& piece, const PieceSink& sink) const = 0;
};

/// Sequence, ByteLevel, Metaspace, Split, Digits, Whitespace, WhitespaceSplit, Punctuation, CharDelimiterSplit.
std::unique_ptr<PreTokenizer> readPreTokenizer(const Part& part);

}  // namespace oscope::checkpoint
