#include "analysis/checkpoint/tokenizer/bpe_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {
namespace {

std::uint64_t pairKey(std::uint32_t left, std::uint32_t right) {
  return (static_cast<std::uint64_t>(left) << 32) | right;
}

}  // namespace

/// Memory that the segments of one text share.
struct BpeModel::Workspace {
  struct Symbol {
    std::int32_t id;
    std::int32_t previous, next;  ///< indices, -1 at the ends; `next` is kGone where merged into the left one
  };
  struct Candidate {
    std::uint32_t rank;
    std::int32_t position, id;
    /// For std::push_heap: the lowest rank, then the leftmost, comes first.
    bool operator<(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };
  static constexpr std::int32_t kGone = -2;

  std::vector<Symbol> symbols;
  std::vector<Candidate> heap;
};

std::optional<std::int32_t> BpeModel::idOf(std::string_view token) const {
  const auto found = m_ids.find(token);
  if (found == m_ids.end()) return std::nullopt;
  return found->second;
}

const std::string* BpeModel::tokenOf(std::int32_t id) const {
  return id >= 0 && id < idEnd() ? m_tokens[static_cast<std::size_t>(id)] : nullptr;
}

const BpeModel::Merge* BpeModel::findMerge(std::int32_t left, std::int32_t right) const {
  const auto found = m_merges.find(pairKey(static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right)));
  return found == m_merges.end() ? nullptr : &found->second;
}

bool BpeModel::canJoin(std::int32_t left, std::int32_t right) const {
  if (!m_prefix.empty()) return true;  // a merge drops the prefix, so the seams can't be read off the texts
  return m_seams.contains(
      pairKey(m_ends[static_cast<std::size_t>(left)].second, m_ends[static_cast<std::size_t>(right)].first));
}

/// The symbols that merging begins with: characters, bytes of characters that have no token, unknown tokens. Stops
/// when emit returns false, and returns false then.
template <typename Emit>
bool BpeModel::forEachSymbol(std::string_view piece, const Emit& emit) const {
  bool unknownPending = false;
  std::string decorated;
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t begin = at;
    nextCodePoint(piece, at);
    std::string_view text = piece.substr(begin, at - begin);
    const bool takesPrefix = begin > 0 && !m_prefix.empty(), takesSuffix = at == piece.size() && !m_suffix.empty();
    if (takesPrefix || takesSuffix) {
      decorated.assign(takesPrefix ? m_prefix : "").append(text).append(takesSuffix ? m_suffix : "");
      text = decorated;
    }
    if (const auto found = m_ids.find(text); found != m_ids.end()) {
      if (unknownPending && !emit(*m_unknownId)) return false;
      unknownPending = false;
      if (!emit(found->second)) return false;
      continue;
    }
    const auto byteId = [&](char byte) { return m_byteIds[static_cast<unsigned char>(byte)]; };
    if (m_byteFallback && std::all_of(text.begin(), text.end(), [&](char byte) { return byteId(byte) >= 0; })) {
      for (const char byte : text) {
        if (!emit(byteId(byte))) return false;
      }
    } else if (m_unknownId) {
      if (unknownPending && !m_fuseUnknown && !emit(*m_unknownId)) return false;
      unknownPending = true;
    }
  }
  return !unknownPending || emit(*m_unknownId);
}

bool BpeModel::encode(std::string_view piece, std::vector<std::int32_t>& ids, std::size_t limit) const {
  if (m_ignoreMerges) {
    if (const auto whole = m_ids.find(piece); whole != m_ids.end()) {
      ids.push_back(whole->second);
      return ids.size() < limit;
    }
  }
  Workspace work;
  const auto flush = [&] {
    mergeSegment(work, ids);
    work.symbols.clear();
    return ids.size() < limit;
  };
  const bool go = forEachSymbol(piece, [&](std::int32_t id) {
    if (!work.symbols.empty() && !canJoin(work.symbols.back().id, id) && !flush()) return false;
    const auto index = static_cast<std::int32_t>(work.symbols.size());
    if (index == std::numeric_limits<std::int32_t>::max()) {
      throw Error(ErrorCode::Unsupported, m_where, "a stretch of text too long to be encoded in one go");
    }
    if (index > 0) work.symbols.back().next = index;
    work.symbols.push_back({id, index - 1, -1});
    return true;
  });
  return go && flush();
}

/// Merges the pair of the lowest rank, leftmost first, until there is none: O(n log n).
void BpeModel::mergeSegment(Workspace& work, std::vector<std::int32_t>& ids) const {
  auto& symbols = work.symbols;
  auto& heap = work.heap;
  heap.clear();
  const auto at = [&](std::int32_t index) -> Workspace::Symbol& { return symbols[static_cast<std::size_t>(index)]; };
  const auto candidate = [&](std::int32_t left) -> std::optional<Workspace::Candidate> {
    const std::int32_t right = at(left).next;
    const Merge* merge = right < 0 ? nullptr : findMerge(at(left).id, at(right).id);
    if (!merge) return std::nullopt;
    return Workspace::Candidate{merge->rank, left, merge->id};
  };
  const auto push = [&](std::int32_t left) {
    if (const auto found = candidate(left)) {
      heap.push_back(*found);
      std::push_heap(heap.begin(), heap.end());
    }
  };

  for (std::int32_t i = 0; i + 1 < static_cast<std::int32_t>(symbols.size()); ++i) {
    if (const auto found = candidate(i)) heap.push_back(*found);
  }
  std::make_heap(heap.begin(), heap.end());
  while (!heap.empty()) {
    const Workspace::Candidate top = heap.front();
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
    // Neighbours may have changed since this was pushed; the library compares the product only, and so do we.
    const auto current = candidate(top.position);
    if (!current || current->id != top.id) continue;
    Workspace::Symbol& left = at(top.position);
    Workspace::Symbol& right = at(left.next);
    left.id = top.id;
    left.next = right.next;
    right.next = Workspace::kGone;
    if (left.next >= 0) at(left.next).previous = top.position;
    if (left.previous >= 0) push(left.previous);
    push(top.position);
  }
  for (const Workspace::Symbol& symbol : symbols) {
    if (symbol.next != Workspace::kGone) ids.push_back(symbol.id);
  }
}

}  // namespace oscope::checkpoint
