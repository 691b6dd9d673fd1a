// Launches of the site reductions. All pointers are device memory; work is queued on `stream`.
#pragma once

#include <cstdint>

#include "gpu/kernels/exact_sum_math.h"
#include "gpu/kernels/extremes_math.h"
#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// One activation and where its reductions go. Null: not wanted.
struct ObserveArgs {
  const float* x = nullptr;              ///< [rows, channels], 16-byte aligned
  const std::int64_t* starts = nullptr;  ///< [sequences + 1] first rows
  std::int64_t rows = 0, channels = 0, sequences = 0;
  std::int64_t firstToken = 0;  ///< token of row 0

  unsigned long long* absmax = nullptr;     ///< [channels] largest absmaxKey, from 0
  int *low = nullptr, *high = nullptr;      ///< [channels] orderedOf the minimum and maximum, from those of +-infinity
  double* partials = nullptr;               ///< [sequences, 3, channels] sums of x, |x|, x^2; all are written
  unsigned* histogram = nullptr;            ///< [channels, 64] += counts
  unsigned* rowMax = nullptr;               ///< [rows] bits of max |x|, from 0
  unsigned long long* nonFinite = nullptr;  ///< {count, smallest placeOf}, from {0, all ones}; always wanted
  std::uint16_t* halves = nullptr;          ///< [rows, channels] x as bf16: the operand of the products that follow
};
void launchObserve(const ObserveArgs& args, StreamHandle stream);

/// sums [3, channels] += partials, sequence by sequence.
void launchAddPartials(const double* partials, std::int64_t sequences, std::int64_t channels, Fixed128* sums,
                       StreamHandle stream);

/// The extremes of one site, on the device.
struct ExtremesState {
  unsigned count;       ///< kept so far
  unsigned floor;       ///< bits of |x| that a value must reach to enter; 0 until `kept` values are there
  unsigned current;     ///< which of the two lists holds them
  unsigned rows;        ///< rows of the batch that may hold some
  unsigned candidates;  ///< values found in them
};
struct ExtremesArgs {
  const float* x = nullptr;
  std::int64_t rows = 0, channels = 0, firstToken = 0;
  int kept = 0;
  const unsigned* rowMax = nullptr;  ///< [rows], from launchObserve
  ExtremesState* state = nullptr;    ///< from all zeros
  unsigned* rowList = nullptr;       ///< [min(kept, most rows)]
  Candidate* candidates = nullptr;   ///< [rowsPerPass * min(kept, channels)]
  std::int64_t rowsPerPass = 0;      ///< rows whose candidates fit; 1 at least
  Candidate* lists = nullptr;        ///< [2, kept]
};
void launchExtremes(const ExtremesArgs& args, StreamHandle stream);

/// Copies rows as halves: row tokens[i] - firstToken of x into halves [i, channels], for `count` tokens of this batch.
void launchSampleRows(const float* x, std::int64_t channels, std::int64_t firstToken, const std::int64_t* tokens,
                      std::int64_t count, const unsigned* rowMax, std::uint16_t* halves, int* exponents,
                      StreamHandle stream);

/// gram [channels, channels] += x^T x, upper triangle of 128-wide tiles, each sequence's tile summed in float32 and
/// added in float64 in the order of the sequences.
void launchGram(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels, double* gram,
                StreamHandle stream);

}  // namespace oscope::gpu
