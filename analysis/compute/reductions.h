// What observers learn from one activation, reduced on the device. Plain data; shared by backends and statistics.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "analysis/compute/exact_sum.h"
#include "analysis/compute/gram_matrix.h"

namespace oscope::compute {

/// log2 histogram of |x|: 64 bins of half an octave. Bin 0 holds |x| < 2^-20 (zeros too), bin 63 holds |x| >= 2^11.
/// Bin b in 1..62 holds 2^((b-41)/2) <= |x| < 2^((b-40)/2). Decided from the float's bits, so all devices agree.
inline constexpr int kHistogramBins = 64;
int histogramBin(float value);
/// Lower edge of bin b (0 for b = 0); histogramEdge(64) is infinity.
double histogramEdge(int bin);

/// Which reductions an accumulator makes. Unwanted ones cost nothing.
struct ReductionSpec {
  bool range = false;                    ///< per channel absmax, min, max, and the token that made the absmax
  bool moments = false;                  ///< per channel sums of x, |x|, x^2
  bool histogram = false;                ///< per channel log2 histogram
  bool tokenAbsmax = false;              ///< per token max |x|
  bool gram = false;                     ///< sum of x x^T, fp32 tiles added in float64
  std::filesystem::path scratchFolder;   ///< where the CPU keeps gram in a file; empty: in memory. Shows in no bit
  int extremes = 0;                      ///< the `extremes` largest |x| of the site
  std::vector<std::int64_t> sampleRows;  ///< token indices (sample * length + position), ascending, copied as fp16

  friend bool operator==(const ReductionSpec&, const ReductionSpec&) = default;
};

/// One large value: token = index over the whole calibration set (sum of the lengths before + position).
struct Extreme {
  float value = 0;
  std::int32_t channel = 0;
  std::int64_t token = 0;
  friend bool operator==(const Extreme&, const Extreme&) = default;
};

/// The reductions of one site over all tokens seen. Vectors of unwanted reductions are empty. Order of arrival does not
/// matter: maxima are exact, ties go to the lowest token, counts are integers, sums are ExactSum. NaN and infinities
/// are counted, with the first place; every other reduction reads them as 0.
struct SiteReductions {
  std::int64_t channels = 0;
  std::int64_t tokens = 0;
  std::vector<float> absmax, min, max;                      ///< [channels]
  std::vector<std::int64_t> absmaxToken;                    ///< [channels]
  std::vector<ExactSum> sum, sumAbs, sumSq;                 ///< [channels]; each sequence adds one float64 partial sum
  std::vector<std::uint32_t> histogram;                     ///< [channels, 64]
  std::vector<std::pair<std::int64_t, float>> tokenAbsmax;  ///< (token, max |x|), ascending by token
  std::vector<Extreme> extremes;                            ///< by |value| descending, then token, then channel
  std::vector<std::int64_t> rowTokens;                      ///< [rows] the tokens whose rows were kept
  std::vector<std::uint16_t> rows;                          ///< [rows, channels] fp16 bits of x * 2^-rowExponent
  std::vector<std::int32_t> rowExponents;                   ///< [rows] smallest e >= 0 with max |x| * 2^-e <= 32768
  GramPtr gram;                                             ///< upper triangle mirrored; null: unwanted
  std::int64_t nonFinite = 0;                               ///< count of NaN and infinite values
  std::int64_t firstNonFiniteToken = -1;                    ///< lowest token with one, -1 where none
  std::int32_t firstNonFiniteChannel = -1;
};

/// Adds `other` (of disjoint tokens) to `into`: the result is that of the union, bit for bit (gram: to rounding).
void merge(SiteReductions& into, const SiteReductions& other, int extremesKept);

}  // namespace oscope::compute
