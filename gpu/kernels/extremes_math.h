// The order of extremes (analysis/compute/extremes.h) as unique 96-bit keys, for an exact selection by digits.
//
// The K largest values of a batch lie in the K rows that come first by (largest |x| of the row descending, token
// ascending): each of those rows has an element that precedes everything in any later row. So K rows are looked at
// again, not the whole activation.
#pragma once

#include "gpu/kernels/observe_math.h"

namespace oscope::gpu {

/// One value that may be among the largest.
struct Candidate {
  std::uint64_t token;
  std::uint32_t bits;  ///< of the value, with its sign
  std::uint32_t channel;
};

/// Larger keys come first: by |value| descending, then token, then channel ascending. No two candidates share a key.
struct SelectionKey {
  std::uint32_t size;   ///< bits of |value|
  std::uint64_t place;  ///< the complement of (token, channel)
};

inline constexpr int kKeyDigits = 12;  ///< bytes of a key, the most significant first
inline constexpr int kDigitValues = 256;

OSCOPE_HD SelectionKey keyOf(std::uint32_t bits, std::uint64_t token, std::uint64_t channel) {
  return {bits & kMagnitudeBits, ~placeOf(token, channel)};
}
OSCOPE_HD SelectionKey keyOf(const Candidate& candidate) {
  return keyOf(candidate.bits, candidate.token, candidate.channel);
}

OSCOPE_HD int digitOf(const SelectionKey& key, int digit) {
  return digit < 4 ? static_cast<int>(key.size >> (24 - 8 * digit) & 0xFF)
                   : static_cast<int>(key.place >> (56 - 8 * (digit - 4)) & 0xFF);
}

/// Puts `value` in at `digit`.
OSCOPE_HD void setDigit(SelectionKey& key, int digit, int value) {
  if (digit < 4) {
    key.size |= static_cast<std::uint32_t>(value) << (24 - 8 * digit);
  } else {
    key.place |= static_cast<std::uint64_t>(value) << (56 - 8 * (digit - 4));
  }
}

/// Whether the first `digits` digits of both keys are the same.
OSCOPE_HD bool sharesDigits(const SelectionKey& a, const SelectionKey& b, int digits) {
  if (digits < 4) return digits == 0 || (a.size ^ b.size) >> (32 - 8 * digits) == 0;
  if (a.size != b.size) return false;
  return digits == 4 || (a.place ^ b.place) >> (64 - 8 * (digits - 4)) == 0;
}

OSCOPE_HD bool isAtLeast(const SelectionKey& a, const SelectionKey& b) {
  return a.size != b.size ? a.size > b.size : a.place >= b.place;
}

}  // namespace oscope::gpu
