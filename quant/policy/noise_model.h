// Expected rounding errors over the log2 histograms of a snapshot: closed forms, no samples of activations needed.
#pragma once

#include <span>
#include <vector>

#include "analysis/stats/snapshot.h"

namespace oscope::quant {

/// Integral over u in [0, x] of (u - step * n(u))^2, n(u) = min(rne(u / step), topCode): dead zone, rounding and the
/// clipped excess in one formula.
double roundingIntegral(double x, double step, double topCode);

/// Sum over counted values of the squared error at `step`, values uniform inside a bin. `counts` has the 64 bins of
/// reductions.h; they may be weighted. `top` is the largest value that occurs. Infinite topCode: nothing is clipped.
template <typename Count>
double histogramNoise(std::span<const Count> counts, double step, double topCode, double top);

/// How often run-time scales take which size: token maxima in buckets of an eighth of an octave.
struct ScaleBucket {
  double scale = 0;  ///< root mean square inside the bucket: errors go with its square
  double share = 0;  ///< of all tokens
};
/// `divisor`: max |x| / divisor is a token's scale. All-zero tokens make no error and no bucket.
std::vector<ScaleBucket> tokenScales(std::span<const float> tokenAbsmax, double divisor);

}  // namespace oscope::quant
