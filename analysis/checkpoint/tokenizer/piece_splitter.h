// Turns the matches of a pattern into pieces, by the behaviours that tokenizer.json names.
#pragma once

#include "analysis/checkpoint/tokenizer/pattern.h"
#include "analysis/checkpoint/tokenizer/pre_tokenizers.h"

namespace oscope::checkpoint {

/// What becomes of the matches.
enum class SplitBehavior : std::uint8_t { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// "Removed", "Isolated", ... of `part`'s "behavior".
SplitBehavior readSplitBehavior(const Part& part, const char* fallback = nullptr);

/// Cuts `piece` at the matches of `pattern` (`invert`: at what lies between them). Empty pieces are left out. Returns
/// false as soon as the sink did.
bool splitPiece(const Piece& piece, const Pattern& pattern, SplitBehavior behavior, bool invert, const PieceSink& sink);

}  // namespace oscope::checkpoint
