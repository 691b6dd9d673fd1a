#include "analysis/checkpoint/tokenizer/sentencepiece_tokenizer.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include <algorithm>
#include <limits>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

/// Calls of the library take memory in proportion to the text, about a hundred times its size.
constexpr std::size_t kStretchBytes = 256u << 10;

class SentencePieceTokenizer : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(const std::filesystem::path& file) : m_where(file.string()) {
    if (!std::filesystem::is_regular_file(file)) {
      throw Error(ErrorCode::FileNotFound, m_where, "there is no such file");
    }
    check(m_processor.Load(m_where));
    readConfig(file.parent_path());
    readAddedTokens(file.parent_path());
    findNewline();
  }

  std::vector<std::int32_t> encode(std::string_view text, bool addSpecial) const override {
    std::vector<std::int32_t> ids;
    if (addSpecial) ids = m_before;
    append(text, ids, std::numeric_limits<std::size_t>::max());
    if (addSpecial) ids.insert(ids.end(), m_after.begin(), m_after.end());
    return ids;
  }

  std::vector<std::int32_t> encodeFirst(std::string_view text, std::size_t count) const override {
    std::vector<std::int32_t> ids;
    append(text, ids, count);
    ids.resize(std::min(ids.size(), count));
    return ids;
  }

  std::vector<std::int32_t> startIds() const override { return m_before; }

  std::string decode(const std::vector<std::int32_t>& ids) const override {
    std::vector<int> known;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(known), [&](int id) { return has(id); });
    std::string text;
    check(m_processor.Decode(known, &text));
    return text;
  }

  std::string tokenText(std::int32_t id) const override {
    if (!has(id)) return fmt::format("[{}]", id);
    constexpr std::string_view kSpaceMark = "\u2581";
    std::string text = m_processor.IdToPiece(id);
    for (std::size_t at = 0; (at = text.find(kSpaceMark, at)) != std::string::npos; ++at) {
      text.replace(at, kSpaceMark.size(), 1, ' ');
    }
    return text;
  }

  std::int64_t vocabularySize() const override { return m_processor.GetPieceSize(); }

  std::vector<std::int32_t> specialIds() const override {
    std::vector<std::int32_t> ids;
    for (int id = 0; id < m_processor.GetPieceSize(); ++id) {
      if (m_processor.IsUnknown(id) || m_processor.IsControl(id) || m_processor.IsUnused(id)) ids.push_back(id);
    }
    return ids;
  }

 private:
  void check(const sentencepiece::util::Status& status) const {
    if (!status.ok()) throw Error(ErrorCode::Malformed, m_where, std::string("sentencepiece: ") + status.message());
  }
  bool has(std::int32_t id) const { return id >= 0 && id < m_processor.GetPieceSize(); }

  void readConfig(const std::filesystem::path& folder) {
    const auto path = folder / "tokenizer_config.json";
    const Json config = std::filesystem::exists(path) ? readJsonFile(path) : Json::object();
    const bool bos = optionalKey<bool>(config, "add_bos_token", true, path.string());
    const bool eos = optionalKey<bool>(config, "add_eos_token", false, path.string());
    if (bos && m_processor.bos_id() >= 0) m_before.push_back(m_processor.bos_id());
    if (eos && m_processor.eos_id() >= 0) m_after.push_back(m_processor.eos_id());
  }

  void readAddedTokens(const std::filesystem::path& folder) {
    const auto path = folder / "added_tokens.json";
    if (!std::filesystem::exists(path)) return;
    const Json tokens = readJsonFile(path);
    if (!tokens.is_object()) throw Error(ErrorCode::Malformed, path.string(), "must be an object of token: id");
    for (const auto& [token, id] : tokens.items()) m_added.push_back(token);
  }

  /// Long texts are cut in front of newlines where that can't change a token: no piece but the newline's own holds
  /// one. m_newline is then what the library makes of "\n": what it puts in front of every text, and the newline.
  void findNewline() {
    for (int id = 0; id < m_processor.GetPieceSize(); ++id) {
      const std::string& piece = m_processor.IdToPiece(id);
      if (piece.size() > 1 && piece.find('\n') != std::string::npos) return;
    }
    std::vector<int> ids;
    check(m_processor.Encode("\n", &ids));
    if (ids.empty() || ids.size() > 2) return;
    const std::string& last = m_processor.IdToPiece(ids.back());
    if (last == "\n" || last == "<0x0A>") m_newline = ids;
  }

  void append(std::string_view text, std::vector<std::int32_t>& ids, std::size_t limit) const {
    if (const std::size_t invalid = firstInvalidUtf8(text); invalid != text.size()) {
      throw Error(ErrorCode::Malformed, fmt::format("text, byte {}", invalid), "the text is not valid UTF-8 here",
                  "convert the text to UTF-8");
    }
    for (const std::string& token : m_added) {
      if (!token.empty() && text.find(token) != std::string_view::npos) {
        throw Error(ErrorCode::Unsupported, m_where,
                    fmt::format("the text holds \"{}\", a token of added_tokens.json", token),
                    "convert the tokenizer to tokenizer.json");
      }
    }
    for (std::size_t from = 0; from < text.size() && ids.size() < limit;) {
      const std::size_t end = stretchEnd(text, from);
      std::vector<int> stretch;
      check(m_processor.Encode(text.substr(from, end - from), &stretch));
      auto begin = stretch.begin();
      if (from > 0) {
        if (stretch.size() < m_newline.size() || !std::equal(m_newline.begin(), m_newline.end(), begin)) {
          throw Error(ErrorCode::Internal, m_where, fmt::format("the text can't be cut at byte {}", from));
        }
        begin += static_cast<std::ptrdiff_t>(m_newline.size()) - 1;
      }
      ids.insert(ids.end(), begin, stretch.end());
      from = end;
    }
  }

  /// The next newline behind a printable ASCII character, at least kStretchBytes on.
  std::size_t stretchEnd(std::string_view text, std::size_t from) const {
    if (m_newline.empty() || text.size() - from <= kStretchBytes) return text.size();
    for (std::size_t at = from + kStretchBytes; (at = text.find('\n', at)) != std::string_view::npos; ++at) {
      if (text[at - 1] > ' ' && text[at - 1] < '\x7f') return at;
    }
    return text.size();
  }

  std::string m_where;
  sentencepiece::SentencePieceProcessor m_processor;
  std::vector<std::int32_t> m_before, m_after;
  std::vector<std::string> m_added;
  std::vector<int> m_newline;
};

}  // namespace

std::unique_ptr<Tokenizer> readSentencePieceTokenizer(const std::filesystem::path& file) {
  return std::make_unique<SentencePieceTokenizer>(file);
}

}  // namespace oscope::checkpoint
