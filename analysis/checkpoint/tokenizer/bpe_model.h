// The "model" of tokenizer.json where its type is BPE: byte pair encoding of one piece of text.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/checkpoint/tokenizer/part.h"

namespace oscope::checkpoint {

/// Vocabulary and merges (Sennrich et al. 2016, as the Hugging Face library runs them). Thread-safe.
class BpeModel {
 public:
  /// Refuses other model types, dropout, and vocabularies or merges that contradict themselves.
  explicit BpeModel(const Part& part);
  BpeModel(const BpeModel&) = delete;
  BpeModel& operator=(const BpeModel&) = delete;

  /// Appends the ids of `piece`, valid UTF-8. May stop when `ids` has `limit` members; returns false then.
  bool encode(std::string_view piece, std::vector<std::int32_t>& ids,
              std::size_t limit = std::numeric_limits<std::size_t>::max()) const;

  std::optional<std::int32_t> idOf(std::string_view token) const;
  /// The token of `id`; nullptr where the vocabulary has none.
  const std::string* tokenOf(std::int32_t id) const;
  /// One past the highest id.
  std::int32_t idEnd() const { return static_cast<std::int32_t>(m_tokens.size()); }
  /// Number of tokens (less than idEnd() where ids are left out).
  std::size_t tokenCount() const { return m_ids.size(); }
  std::optional<std::int32_t> unknownId() const { return m_unknownId; }

 private:
  struct Merge {
    std::uint32_t rank;
    std::int32_t id;
  };
  struct Workspace;

  void readVocabulary(const Part& part);
  void readMerges(const Part& part);
  void addMerge(std::uint32_t rank, std::string_view left, std::string_view right, const std::string& where);
  const Merge* findMerge(std::int32_t left, std::int32_t right) const;
  bool canJoin(std::int32_t left, std::int32_t right) const;
  template <typename Emit>
  bool forEachSymbol(std::string_view piece, const Emit& emit) const;
  void mergeSegment(Workspace& work, std::vector<std::int32_t>& ids) const;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> m_ids;
  std::vector<const std::string*> m_tokens;           ///< by id; points into m_ids
  std::unordered_map<std::uint64_t, Merge> m_merges;  ///< by (left id, right id)
  /// First and last code point of each token, and every (last, first) that some merge has at its seam: where two
  /// neighbours' pair isn't in there, no merge can ever cross, and a long text falls into short segments.
  std::vector<std::pair<char32_t, char32_t>> m_ends;
  std::unordered_set<std::uint64_t> m_seams;
  std::vector<std::int32_t> m_byteIds;  ///< of <0x00> ... <0xFF>, -1 where missing
  std::optional<std::int32_t> m_unknownId;
  std::string m_where, m_prefix, m_suffix;
  bool m_fuseUnknown = false, m_byteFallback = false, m_ignoreMerges = false;
};

}  // namespace oscope::checkpoint
