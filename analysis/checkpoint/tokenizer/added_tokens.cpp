#include "analysis/checkpoint/tokenizer/added_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

// Bounds for hostile files; real ones hold a few thousand tokens of a few dozen bytes.
constexpr std::size_t kMaxContent = 4096;
constexpr std::int64_t kMaxId = 1 << 22;

AddedToken readToken(const Part& part) {
  part.checkKeys({"id", "content", "special", "normalized", "single_word", "lstrip", "rstrip"});
  AddedToken token;
  const std::int64_t id = part.integer("id");
  token.content = part.text("content");
  if (id < 0 || id > kMaxId || token.content.empty() || token.content.size() > kMaxContent) {
    throw Error(ErrorCode::Malformed, part.where,
                fmt::format("the token \"{}\" of id {} is out of bounds", token.content.substr(0, 64), id));
  }
  token.id = static_cast<std::int32_t>(id);
  token.special = part.flag("special", false);
  token.normalized = part.flag("normalized", !token.special);
  token.singleWord = part.flag("single_word", false);
  token.takeLeft = part.flag("lstrip", false);
  token.takeRight = part.flag("rstrip", false);
  return token;
}

bool touchesWord(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t before = begin, after = end;
  return (begin > 0 && isWordCharacter(previousCodePoint(text, before))) ||
         (end < text.size() && isWordCharacter(nextCodePoint(text, after)));
}

}  // namespace

void AddedTokenFinder::add(const AddedToken* token, std::string content) {
  if (content.empty()) return;  // the normalizer left nothing to look for
  auto& lengths = m_lengths[static_cast<unsigned char>(content.front())];
  const auto place = std::lower_bound(lengths.begin(), lengths.end(), content.size(), std::greater<>());
  if (place == lengths.end() || *place != content.size()) lengths.insert(place, content.size());
  m_entries.emplace(content, Entry{content, token});
}

const AddedTokenFinder::Entry* AddedTokenFinder::longestAt(std::string_view text, std::size_t position) const {
  for (const std::size_t length : m_lengths[static_cast<unsigned char>(text[position])]) {
    if (length > text.size() - position) continue;
    const auto found = m_entries.find(std::string(text.substr(position, length)));
    if (found != m_entries.end()) return &found->second;
  }
  return nullptr;
}

bool AddedTokenFinder::split(std::string_view text, const Visit& visit) const {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Entry* entry = longestAt(text, at);
    if (!entry) {
      ++at;
      continue;
    }
    std::size_t begin = at, end = at + entry->content.size();
    at = end;
    const AddedToken& token = *entry->token;
    if (token.singleWord && touchesWord(text, begin, end)) continue;
    if (token.takeLeft) {
      for (std::size_t next = begin; next > from && isWhitespace(previousCodePoint(text, next));) begin = next;
    }
    if (token.takeRight) {
      for (std::size_t next = end; next < text.size() && isWhitespace(nextCodePoint(text, next));) end = next;
    }
    if (from < begin && !visit(text.substr(from, begin - from), nullptr)) return false;
    if (!visit(text.substr(begin, end - begin), &token)) return false;
    from = end;
  }
  return from >= text.size() || visit(text.substr(from), nullptr);
}

AddedTokens::AddedTokens(const Part& part, const BpeModel& model, const Normalizer* normalizer) {
  std::set<std::string> contents;
  for (const Part& member : part.list("added_tokens")) {
    AddedToken token = readToken(member);
    const std::string* inVocabulary = model.tokenOf(token.id);
    const auto known = model.idOf(token.content);
    if ((known && *known != token.id) || (inVocabulary && *inVocabulary != token.content)) {
      throw Error(ErrorCode::Malformed, member.where,
                  fmt::format("the token \"{}\" of id {} contradicts the vocabulary", token.content, token.id));
    }
    if (!contents.insert(token.content).second || !m_byId.emplace(token.id, token).second) {
      throw Error(ErrorCode::Malformed, member.where,
                  fmt::format("the token \"{}\" or its id {} is listed twice", token.content, token.id));
    }
  }
  for (const auto& [id, token] : m_byId) {
    if (!token.normalized) {
      m_inText.add(&token, token.content);
      continue;
    }
    NormalizedText content(token.content, true);
    if (normalizer) normalizer->apply(content);
    m_inNormalized.add(&token, std::move(content.text));
  }
}

}  // namespace oscope::checkpoint
