#include "analysis/checkpoint/tokenizer/hf_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/added_tokens.h"
#include "analysis/checkpoint/tokenizer/bpe_model.h"
#include "analysis/checkpoint/tokenizer/decoders.h"
#include "analysis/checkpoint/tokenizer/normalizers.h"
#include "analysis/checkpoint/tokenizer/post_processor.h"
#include "analysis/checkpoint/tokenizer/pre_tokenizers.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

/// read(part) where `file` has the part, an empty result where it is missing or null.
template <typename Read>
auto readOptional(const Json& file, const char* key, const std::string& where, const Read& read) {
  const auto found = file.find(key);
  if (found == file.end() || found->is_null()) return decltype(read(Part{file, where})){};
  const Part part{*found, fmt::format("{}: {}", where, key)};
  if (!found->is_object()) throw Error(ErrorCode::Malformed, part.where, "must be an object");
  return read(part);
}

Part requirePart(const Json& file, const char* key, const std::string& where) {
  const auto found = file.find(key);
  if (found == file.end() || !found->is_object()) {
    throw Error(ErrorCode::Malformed, where, fmt::format("\"{}\" must be an object", key));
  }
  return {*found, fmt::format("{}: {}", where, key)};
}

const Json& withAddedTokens(const Json& file) {
  static const Json kNone{{"added_tokens", Json::array()}};
  const auto found = file.find("added_tokens");
  return found == file.end() || found->is_null() ? kNone : file;
}

class HfTokenizer : public Tokenizer {
 public:
  HfTokenizer(const Json& file, const std::string& where)
      : m_normalizer(readOptional(file, "normalizer", where, readNormalizer)),
        m_preTokenizer(readOptional(file, "pre_tokenizer", where, readPreTokenizer)),
        m_model(requirePart(file, "model", where)),
        m_added({withAddedTokens(file), where}, m_model, m_normalizer.get()),
        m_postProcessor(readOptional(file, "post_processor", where, readPostProcessor)),
        m_decoder(readOptional(file, "decoder", where, readDecoder)) {}

  std::vector<std::int32_t> encode(std::string_view text, bool addSpecial) const override {
    std::vector<std::int32_t> ids;
    if (addSpecial) ids = m_postProcessor.before;
    append(text, ids, std::numeric_limits<std::size_t>::max());
    if (addSpecial) ids.insert(ids.end(), m_postProcessor.after.begin(), m_postProcessor.after.end());
    return ids;
  }

  std::vector<std::int32_t> encodeFirst(std::string_view text, std::size_t count) const override {
    std::vector<std::int32_t> ids;
    if (count > 0) append(text, ids, count);
    ids.resize(std::min(ids.size(), count));
    return ids;
  }

  std::vector<std::int32_t> startIds() const override { return m_postProcessor.before; }

  std::string decode(const std::vector<std::int32_t>& ids) const override {
    std::vector<std::string> tokens;
    for (const std::int32_t id : ids) {
      if (const std::string* token = tokenOf(id)) tokens.push_back(*token);
    }
    const char* separator = m_decoder ? "" : " ";
    if (m_decoder) tokens = m_decoder->decode(std::move(tokens));
    return fmt::format("{}", fmt::join(tokens, separator));
  }

  std::string tokenText(std::int32_t id) const override {
    const std::string* token = tokenOf(id);
    if (!token) return fmt::format("[{}]", id);
    return m_decoder && !m_added.byId().contains(id) ? m_decoder->show(*token) : *token;
  }

  std::int64_t vocabularySize() const override {
    const auto& added = m_added.byId();
    return std::max(m_model.idEnd(), added.empty() ? 0 : added.rbegin()->first + 1);
  }

  std::vector<std::int32_t> specialIds() const override {
    std::set<std::int32_t> ids(m_postProcessor.before.begin(), m_postProcessor.before.end());
    ids.insert(m_postProcessor.after.begin(), m_postProcessor.after.end());
    for (const auto& [id, token] : m_added.byId()) {
      if (token.special) ids.insert(id);
    }
    if (m_model.unknownId()) ids.insert(*m_model.unknownId());
    return {ids.begin(), ids.end()};
  }

 private:
  const std::string* tokenOf(std::int32_t id) const {
    const auto added = m_added.byId().find(id);
    return added != m_added.byId().end() ? &added->second.content : m_model.tokenOf(id);
  }

  /// Appends the ids of `text`; may stop when there are `limit`.
  void append(std::string_view text, std::vector<std::int32_t>& ids, std::size_t limit) const {
    if (const std::size_t invalid = firstInvalidUtf8(text); invalid != text.size()) {
      throw Error(ErrorCode::Malformed, fmt::format("text, byte {}", invalid), "the text is not valid UTF-8 here",
                  "convert the text to UTF-8");
    }
    const auto addToken = [&](const AddedToken& token) {
      ids.push_back(token.id);
      return ids.size() < limit;
    };
    const PieceSink encodePiece = [&](const Piece& piece) { return m_model.encode(piece.text, ids, limit); };
    m_added.inText().split(text, [&](std::string_view raw, const AddedToken* token) {
      if (token) return addToken(*token);
      NormalizedText normalized(std::string(raw), raw.data() == text.data());
      if (m_normalizer) m_normalizer->apply(normalized);
      return m_added.inNormalized().split(normalized.text, [&](std::string_view stretch, const AddedToken* inner) {
        if (inner) return addToken(*inner);
        const Piece piece{stretch, normalized.atStart && stretch.data() == normalized.text.data()};
        return m_preTokenizer ? m_preTokenizer->split(piece, encodePiece) : encodePiece(piece);
      });
    });
  }

  std::unique_ptr<Normalizer> m_normalizer;
  std::unique_ptr<PreTokenizer> m_preTokenizer;
  BpeModel m_model;
  AddedTokens m_added;
  PostProcessor m_postProcessor;
  std::unique_ptr<Decoder> m_decoder;
};

}  // namespace

std::unique_ptr<Tokenizer> readHfTokenizer(const Json& file, const std::string& where) {
  if (!file.is_object()) throw Error(ErrorCode::Malformed, where, "must be a JSON object");
  Part{file, where}.checkKeys({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
                               "post_processor", "decoder", "model"});
  return std::make_unique<HfTokenizer>(file, where);
}

}  // namespace oscope::checkpoint
