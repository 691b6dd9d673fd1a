// Reading of BpeModel; its work is in bpe_model.cpp.
#include <fmt/format.h>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/bpe_model.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

constexpr std::int64_t kMaxId = 1 << 22;

[[noreturn]] void malformed(const std::string& where, const std::string& text) {
  throw Error(ErrorCode::Malformed, where, text, "get the tokenizer file again from its origin");
}

}  // namespace

BpeModel::BpeModel(const Part& part) : m_where(part.where) {
  // Files from before the key existed leave "type" out; then the merges tell.
  const std::string type = part.text("type", part.json.contains("merges") ? "BPE" : "");
  if (type != "BPE") part.refuse("the model type \"" + type + "\"");
  part.checkKeys({"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                  "byte_fallback", "ignore_merges", "vocab", "merges"});
  if (optionalKey<double>(part.json, "dropout", 0.0, part.where) != 0.0) part.refuse("dropout other than 0");
  m_fuseUnknown = part.flag("fuse_unk", false);
  m_byteFallback = part.flag("byte_fallback", false);
  m_ignoreMerges = part.flag("ignore_merges", false);
  m_prefix = part.text("continuing_subword_prefix", "");
  m_suffix = part.text("end_of_word_suffix", "");

  readVocabulary(part);
  readMerges(part);

  if (const std::string unknown = part.text("unk_token", ""); !unknown.empty()) {
    m_unknownId = idOf(unknown);
    if (!m_unknownId) malformed(part.where, fmt::format("unk_token \"{}\" is not in the vocabulary", unknown));
  }
  for (int byte = 0; byte < 256; ++byte) m_byteIds.push_back(idOf(fmt::format("<0x{:02X}>", byte)).value_or(-1));
}

void BpeModel::readVocabulary(const Part& part) {
  const auto found = part.json.find("vocab");
  if (found == part.json.end() || !found->is_object()) malformed(part.where, "\"vocab\" must be an object");
  const std::string where = part.where + ".vocab";
  m_ids.reserve(found->size());
  for (const auto& [token, value] : found->items()) {
    if (!value.is_number_integer() || value < 0 || value > kMaxId) {
      malformed(where, fmt::format("the id of \"{}\" must be an integer from 0 to {}", token, kMaxId));
    }
    const auto id = value.get<std::int32_t>();
    if (id >= idEnd()) m_tokens.resize(static_cast<std::size_t>(id) + 1, nullptr);
    const std::string*& slot = m_tokens[static_cast<std::size_t>(id)];
    if (slot) malformed(where, fmt::format("\"{}\" and \"{}\" have the same id {}", *slot, token, id));
    slot = &m_ids.emplace(token, id).first->first;
  }
  m_ends.resize(m_tokens.size());
  for (const auto& [token, id] : m_ids) {
    if (token.empty()) continue;  // no text ever gives it
    std::size_t begin = 0, end = token.size();
    m_ends[static_cast<std::size_t>(id)] = {nextCodePoint(token, begin), previousCodePoint(token, end)};
  }
}

void BpeModel::readMerges(const Part& part) {
  const auto found = part.json.find("merges");
  if (found == part.json.end() || !found->is_array()) malformed(part.where, "\"merges\" must be an array");
  m_merges.reserve(found->size());
  std::uint32_t rank = 0;
  for (const Json& entry : *found) {
    const std::string where = fmt::format("{}.merges[{}]", part.where, rank);
    if (entry.is_string()) {
      const auto& text = entry.get_ref<const std::string&>();
      const std::size_t space = text.find(' ');
      if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
        malformed(where, fmt::format("\"{}\" must be two tokens with one space between them", text));
      }
      addMerge(rank, std::string_view(text).substr(0, space), std::string_view(text).substr(space + 1), where);
    } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      addMerge(rank, entry[0].get_ref<const std::string&>(), entry[1].get_ref<const std::string&>(), where);
    } else {
      malformed(where, "a merge must be \"a b\" or [\"a\", \"b\"]");
    }
    ++rank;
  }
}

void BpeModel::addMerge(std::uint32_t rank, std::string_view left, std::string_view right, const std::string& where) {
  const auto require = [&](std::string_view token) {
    const auto id = idOf(token);
    if (!id) malformed(where, fmt::format("\"{}\" is not in the vocabulary", token));
    return static_cast<std::size_t>(*id);
  };
  const std::size_t leftId = require(left), rightId = require(right);
  if (right.size() < m_prefix.size()) malformed(where, fmt::format("\"{}\" has no prefix \"{}\"", right, m_prefix));
  const std::size_t product = require(std::string(left).append(right.substr(m_prefix.size())));
  // A pair that is listed twice has the rank of its last place, as in the Hugging Face library.
  m_merges[(static_cast<std::uint64_t>(leftId) << 32) | rightId] = {rank, static_cast<std::int32_t>(product)};
  m_seams.insert((static_cast<std::uint64_t>(m_ends[leftId].second) << 32) | m_ends[rightId].first);
}

}  // namespace oscope::checkpoint
