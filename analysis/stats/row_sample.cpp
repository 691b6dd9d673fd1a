#include "analysis/stats/row_sample.h"

#include <algorithm>
#include <numeric>

namespace oscope::stats {
namespace {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit flips each output bit half of the time.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

std::uint64_t rankOf(std::uint64_t seed, std::int64_t item) {
  return mix(mix(seed) ^ static_cast<std::uint64_t>(item));
}

/// The `count` items of smallest rank, ascending by value.
std::vector<std::int64_t> smallestRanks(std::vector<std::int64_t> items, std::int64_t count, std::uint64_t seed) {
  const auto less = [seed](std::int64_t a, std::int64_t b) {
    const std::uint64_t rankA = rankOf(seed, a), rankB = rankOf(seed, b);
    return rankA != rankB ? rankA < rankB : a < b;
  };
  if (static_cast<std::int64_t>(items.size()) > count) {
    std::nth_element(items.begin(), items.begin() + count, items.end(), less);
    items.resize(static_cast<std::size_t>(count));
  }
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace

std::int64_t RowSampleRule::leading() const {
  return std::min(count / 2, length);
}

std::vector<std::int64_t> RowSampleRule::choose(std::vector<std::int64_t> tokens) const {
  const auto middle = std::partition(tokens.begin(), tokens.end(), [this](std::int64_t t) { return t < leading(); });
  std::vector<std::int64_t> chosen(tokens.begin(), middle);
  std::sort(chosen.begin(), chosen.end());
  const auto drawn = smallestRanks({middle, tokens.end()}, count - leading(), seed);
  chosen.insert(chosen.end(), drawn.begin(), drawn.end());
  return chosen;
}

std::vector<std::int64_t> sampleIndices(std::int64_t total, std::int64_t count, std::uint64_t seed,
                                        std::uint64_t stream) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(total));
  std::iota(all.begin(), all.end(), 0);
  return smallestRanks(std::move(all), count, mix(seed) ^ stream);
}

}  // namespace oscope::stats
