#include "analysis/checkpoint/tokenizer/pre_tokenizers.h"

#include <vector>

#include "analysis/checkpoint/tokenizer/byte_level.h"
#include "analysis/checkpoint/tokenizer/metaspace.h"
#include "analysis/checkpoint/tokenizer/piece_splitter.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

// Bounds for hostile files: each ByteLevel or Metaspace may double or triple the text.
constexpr std::size_t kMaxSequence = 64;
constexpr int kMaxRewriters = 3;

class Sequence : public PreTokenizer {
 public:
  explicit Sequence(const Part& part) {
    int rewriters = 0;
    collect(part, rewriters);
    if (m_members.size() > kMaxSequence || rewriters > kMaxRewriters) part.refuse("a sequence of so many members");
  }
  bool split(const Piece& piece, const PieceSink& sink) const override { return run(0, piece, sink); }

 private:
  bool run(std::size_t member, const Piece& piece, const PieceSink& sink) const {
    if (member == m_members.size()) return sink(piece);
    return m_members[member]->split(piece, [&](const Piece& part) { return run(member + 1, part, sink); });
  }

  /// Sequences within are the same as their members in line.
  void collect(const Part& part, int& rewriters) {
    for (const Part& member : part.list("pretokenizers")) {
      const std::string type = member.type();
      rewriters += type == "ByteLevel" || type == "Metaspace" ? 1 : 0;
      if (type == "Sequence") {
        collect(member, rewriters);
      } else {
        m_members.push_back(readPreTokenizer(member));
      }
    }
  }

  std::vector<std::unique_ptr<PreTokenizer>> m_members;
};

/// All that only cut.
class Cut : public PreTokenizer {
 public:
  Cut(std::unique_ptr<Pattern> pattern, SplitBehavior behavior, bool invert = false)
      : m_pattern(std::move(pattern)), m_behavior(behavior), m_invert(invert) {}
  bool split(const Piece& piece, const PieceSink& sink) const override {
    return splitPiece(piece, *m_pattern, m_behavior, m_invert, sink);
  }

 private:
  std::unique_ptr<Pattern> m_pattern;
  SplitBehavior m_behavior;
  bool m_invert;
};

class ByteLevel : public PreTokenizer {
 public:
  explicit ByteLevel(const Part& part) : m_addPrefixSpace(part.flag("add_prefix_space", true)) {
    // GPT-2's expression (encoder.py of its release).
    constexpr const char* kWords = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
    if (part.flag("use_regex", true)) m_words = makeRegexPattern(kWords, part.where);
  }
  bool split(const Piece& piece, const PieceSink& sink) const override {
    std::string prefixed;
    Piece whole = piece;
    if (m_addPrefixSpace && piece.text.front() != ' ') whole.text = prefixed.append(1, ' ').append(piece.text);
    const PieceSink writer = [&](const Piece& word) { return sink({bytesToCharacters(word.text), word.atStart}); };
    return m_words ? splitPiece(whole, *m_words, SplitBehavior::Isolated, false, writer) : writer(whole);
  }

 private:
  bool m_addPrefixSpace;
  std::unique_ptr<Pattern> m_words;
};

class Metaspace : public PreTokenizer {
 public:
  explicit Metaspace(const Part& part) : m_options(readMetaspace(part)), m_marks(makeLiteralPattern(m_options.mark)) {}
  bool split(const Piece& piece, const PieceSink& sink) const override {
    using Prepend = MetaspaceOptions::Prepend;
    std::string text;
    for (const char c : piece.text) c == ' ' ? text.append(m_options.mark) : text.append(1, c);
    const bool prepend = m_options.prepend == Prepend::Always || (m_options.prepend == Prepend::First && piece.atStart);
    if (prepend && !text.starts_with(m_options.mark)) text.insert(0, m_options.mark);
    const Piece whole{text, piece.atStart};
    return m_options.split ? splitPiece(whole, *m_marks, SplitBehavior::MergedWithNext, false, sink) : sink(whole);
  }

 private:
  MetaspaceOptions m_options;
  std::unique_ptr<Pattern> m_marks;
};

/// Runs of word characters and runs of anything else but whitespace.
class Whitespace : public PreTokenizer {
 public:
  bool split(const Piece& piece, const PieceSink& sink) const override {
    enum class Kind : std::uint8_t { Space, Word, Other };
    Kind kind = Kind::Space;
    std::size_t begin = 0;
    const auto flush = [&](std::size_t end) {
      return kind == Kind::Space || sink({piece.text.substr(begin, end - begin), piece.atStart && begin == 0});
    };
    for (std::size_t at = 0; at < piece.text.size();) {
      const std::size_t here = at;
      const char32_t c = nextCodePoint(piece.text, at);
      const Kind next = isWordCharacter(c) ? Kind::Word : isWhitespace(c) ? Kind::Space : Kind::Other;
      if (next == kind) continue;
      if (!flush(here)) return false;
      kind = next;
      begin = here;
    }
    return flush(piece.text.size());
  }
};

}  // namespace

std::unique_ptr<PreTokenizer> readPreTokenizer(const Part& part) {
  const std::string type = part.type();
  if (type == "Sequence") {
    part.checkKeys({"pretokenizers"});
    return std::make_unique<Sequence>(part);
  }
  if (type == "ByteLevel") {
    part.checkKeys({"add_prefix_space", "trim_offsets", "use_regex"});
    return std::make_unique<ByteLevel>(part);
  }
  if (type == "Metaspace") return std::make_unique<Metaspace>(part);
  if (type == "Split") {
    part.checkKeys({"pattern", "behavior", "invert"});
    return std::make_unique<Cut>(readPattern(part), readSplitBehavior(part), part.flag("invert", false));
  }
  if (type == "Digits") {
    part.checkKeys({"individual_digits"});
    const bool single = part.flag("individual_digits", false);
    return std::make_unique<Cut>(makeCharacterPattern(isNumeric),
                                 single ? SplitBehavior::Isolated : SplitBehavior::Contiguous);
  }
  if (type == "Punctuation") {
    part.checkKeys({"behavior"});
    return std::make_unique<Cut>(makeCharacterPattern(isPunctuation), readSplitBehavior(part, "Isolated"));
  }
  if (type == "WhitespaceSplit") {
    part.checkKeys({});
    return std::make_unique<Cut>(makeCharacterPattern(isWhitespace), SplitBehavior::Removed);
  }
  if (type == "Whitespace") {
    part.checkKeys({});
    return std::make_unique<Whitespace>();
  }
  if (type == "CharDelimiterSplit") {
    part.checkKeys({"delimiter"});
    std::string delimiter;
    appendUtf8(delimiter, part.character("delimiter"));
    return std::make_unique<Cut>(makeLiteralPattern(delimiter), SplitBehavior::Removed);
  }
  part.refuseType();
}

}  // namespace oscope::checkpoint
