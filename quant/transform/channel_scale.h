// Per-channel scales s of a site: x / s at run time or in the producer, columns * s in the readers. Exact in real
// arithmetic; what a fold does to tensors is in fold.h.
#pragma once

#include <string>
#include <vector>

#include "analysis/stats/snapshot.h"

namespace oscope::quant {

/// Logarithmic activation equalization (FPTQ eq. 1, A.2 eq. 5).
struct LaeOptions {
  /// The two readings of the paper's generalised formula (methods.md section 1): what alpha is the exponent of.
  enum class Reading : std::uint8_t {
    MappedRange,  ///< s = m / (log2(2 + m))^alpha: 0 makes all channels equal
    Scale,        ///< s = (m / log2(2 + m))^alpha: 0 changes nothing
  } reading = Reading::MappedRange;
  double alpha = 1.0;
  bool neverAmplify = false;  ///< s >= 1: quiet channels are left as they are

  friend bool operator==(const LaeOptions&, const LaeOptions&) = default;
};

/// s of one channel from its absmax, rounded once to float32. A dead channel (absmax below the smallest normal) gets 1.
float laeScale(float absmax, const LaeOptions& options = {});

/// Whether some channels must share one scale (SiteStats::foldRows names one row twice: grouped queries).
bool channelsShareRows(const stats::SiteStats& site);

/// Per-channel absmax with channels that must share one scale (SiteStats::foldRows) raised to their common maximum.
std::vector<float> sharedAbsmax(const stats::SiteStats& site);

/// s of every channel of a site; shared rows share it.
std::vector<float> laeScale(const stats::SiteStats& site, const LaeOptions& options);

/// max_j absmax_j / s_j in float64, from the same statistics; `scale` empty: the range itself.
double rangeAfter(const stats::SiteStats& site, const std::vector<float>& scale);

/// values_j / s_j of rows [.., channels]: an absmax, rms or activation after the fold. `scale` empty: unchanged.
std::vector<float> afterFold(std::vector<float> values, const std::vector<float>& scale);

/// Range v without the first token of every sample (attention sinks live there). `length` is the samples' length.
/// The range itself where the snapshot keeps no per-token maxima.
float rangeWithoutFirstToken(const stats::SiteStats& site, std::int64_t length);

}  // namespace oscope::quant
