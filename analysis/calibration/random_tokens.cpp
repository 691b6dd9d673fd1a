#include "analysis/calibration/random_tokens.h"

#include <limits>
#include <random>

namespace oscope::calibration {

void fillRandomTokens(std::uint64_t seed, std::int64_t sample, const std::vector<std::int32_t>& allowed,
                      std::span<std::int32_t> ids) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto index = static_cast<std::uint64_t>(sample);
  std::seed_seq sequence{low(seed), low(seed >> 32), low(index), low(index >> 32)};
  std::mt19937_64 generator(sequence);
  const std::uint64_t count = allowed.size();
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t lastFair = kMax - (kMax % count + 1) % count;
  for (std::int32_t& id : ids) {
    std::uint64_t draw = generator();
    while (draw > lastFair) draw = generator();
    id = allowed[draw % count];
  }
}

}  // namespace oscope::calibration
