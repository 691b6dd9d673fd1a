// Seeded random token ids (FPTQ Table 6: calibration without data).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace oscope::calibration {

/// Fills `ids` with sample `sample` of the sequence that `seed` names: each id drawn uniformly from `allowed`.
///
/// The values depend on (seed, sample, allowed) alone, so shards agree with the whole and every platform with every
/// other: std::mt19937_64 is seeded by std::seed_seq{seed, seed >> 32, sample, sample >> 32} (both are fixed by the C++
/// standard; each member is cut to 32 bits), and a 64-bit draw x becomes allowed[x % n], n = allowed.size(). Draws at
/// or above the largest multiple of n that 64 bits hold are thrown away, so every id is equally likely. The standard
/// distributions are not used: they differ from library to library.
void fillRandomTokens(std::uint64_t seed, std::int64_t sample, const std::vector<std::int32_t>& allowed,
                      std::span<std::int32_t> ids);

}  // namespace oscope::calibration
