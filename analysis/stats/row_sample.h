// Which whole rows a snapshot keeps. The rule looks at one token at a time, so that shards of a data set choose what
// the whole set would have chosen.
#pragma once

#include <cstdint>
#include <vector>

namespace oscope::stats {

/// Half of the rows are the first tokens of sample 0 (attention sinks live there), the rest are the tokens with the
/// smallest rank: a hash of seed and token index.
struct RowSampleRule {
  std::int64_t count = 0;   ///< rows to keep
  std::int64_t length = 0;  ///< tokens of a sample
  std::uint64_t seed = 0;

  /// Tokens [0, leading()) are always kept.
  std::int64_t leading() const;
  /// Chooses among `tokens`; ascending.
  std::vector<std::int64_t> choose(std::vector<std::int64_t> tokens) const;
};

/// `count` different indices out of [0, total), ascending; the same for the same seed and stream.
std::vector<std::int64_t> sampleIndices(std::int64_t total, std::int64_t count, std::uint64_t seed,
                                        std::uint64_t stream);

}  // namespace oscope::stats
