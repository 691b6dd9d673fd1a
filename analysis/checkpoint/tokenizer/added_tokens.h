// The "added_tokens" of tokenizer.json: texts that are tokens as a whole, found before the model sees the text.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/checkpoint/tokenizer/bpe_model.h"
#include "analysis/checkpoint/tokenizer/normalizers.h"

namespace oscope::checkpoint {

struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool special = false;
  bool normalized = true;                    ///< looked for in the normalized text, by its normalized content
  bool singleWord = false;                   ///< not where a word character touches it
  bool takeLeft = false, takeRight = false;  ///< whitespace beside it belongs to it ("lstrip", "rstrip")
};

/// Finds the longest of a set of added tokens, from left to right.
class AddedTokenFinder {
 public:
  void add(const AddedToken* token, std::string content);
  /// Hands on the stretches of `text` in order: (text, nullptr) between tokens and (text, token). Stops when `visit`
  /// returns false, and returns false then.
  using Visit = std::function<bool(std::string_view stretch, const AddedToken* token)>;
  bool split(std::string_view text, const Visit& visit) const;

 private:
  struct Entry {
    std::string content;
    const AddedToken* token;
  };
  const Entry* longestAt(std::string_view text, std::size_t position) const;

  std::unordered_map<std::string, Entry> m_entries;
  std::array<std::vector<std::size_t>, 256> m_lengths;  ///< by first byte: the contents' lengths, longest first
};

/// Both sets, and the lookup of ids. Thread-safe.
class AddedTokens {
 public:
  /// `part` holds "added_tokens"; ids that contradict the vocabulary are Malformed.
  AddedTokens(const Part& part, const BpeModel& model, const Normalizer* normalizer);
  AddedTokens(const AddedTokens&) = delete;
  AddedTokens& operator=(const AddedTokens&) = delete;

  const AddedTokenFinder& inText() const { return m_inText; }              ///< those matched before the normalizer
  const AddedTokenFinder& inNormalized() const { return m_inNormalized; }  ///< and those matched after it
  const std::map<std::int32_t, AddedToken>& byId() const { return m_byId; }

 private:
  std::map<std::int32_t, AddedToken> m_byId;
  AddedTokenFinder m_inText, m_inNormalized;
};

}  // namespace oscope::checkpoint
