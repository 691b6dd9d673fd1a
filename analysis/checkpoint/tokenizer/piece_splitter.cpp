#include "analysis/checkpoint/tokenizer/piece_splitter.h"

#include <optional>

namespace oscope::checkpoint {
namespace {

/// Takes matches and the spans between them in order, and holds one back while the next may still join it.
class Splitter {
 public:
  Splitter(const Piece& piece, SplitBehavior behavior, const PieceSink& sink)
      : m_piece(piece), m_behavior(behavior), m_sink(sink) {}

  bool add(std::size_t begin, std::size_t end, bool isMatch) {
    if (m_behavior == SplitBehavior::Removed) return isMatch || emit(begin, end);
    if (m_behavior == SplitBehavior::Isolated) return emit(begin, end);
    if (m_held && joins(isMatch)) {
      m_held->end = end;
      m_held->isMatch = isMatch;
      return true;
    }
    const bool go = finish();
    m_held = Span{begin, end, isMatch};
    return go;
  }

  bool finish() { return !m_held || emit(m_held->begin, m_held->end); }

 private:
  struct Span {
    std::size_t begin, end;
    bool isMatch;  ///< of the last span that joined
  };

  bool joins(bool isMatch) const {
    switch (m_behavior) {
      case SplitBehavior::MergedWithPrevious:
        return isMatch && !m_held->isMatch;
      case SplitBehavior::MergedWithNext:
        return !isMatch && m_held->isMatch;
      default:
        return isMatch == m_held->isMatch;
    }
  }

  bool emit(std::size_t begin, std::size_t end) const {
    return begin == end || m_sink({m_piece.text.substr(begin, end - begin), m_piece.atStart && begin == 0});
  }

  const Piece& m_piece;
  SplitBehavior m_behavior;
  const PieceSink& m_sink;
  std::optional<Span> m_held;
};

}  // namespace

SplitBehavior readSplitBehavior(const Part& part, const char* fallback) {
  const std::string name = fallback ? part.text("behavior", std::string(fallback)) : part.text("behavior");
  if (name == "Removed") return SplitBehavior::Removed;
  if (name == "Isolated") return SplitBehavior::Isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::MergedWithPrevious;
  if (name == "MergedWithNext") return SplitBehavior::MergedWithNext;
  if (name == "Contiguous") return SplitBehavior::Contiguous;
  part.refuse("the behavior \"" + name + "\"");
}

bool splitPiece(const Piece& piece, const Pattern& pattern, SplitBehavior behavior, bool invert,
                const PieceSink& sink) {
  Splitter splitter(piece, behavior, sink);
  std::size_t from = 0;
  const bool go = pattern.forEachMatch(piece.text, [&](std::size_t begin, std::size_t end) {
    const bool between = begin == from || splitter.add(from, begin, invert);
    from = end;
    return between && splitter.add(begin, end, !invert);
  });
  return go && (from == piece.text.size() || splitter.add(from, piece.text.size(), invert)) && splitter.finish();
}

}  // namespace oscope::checkpoint
