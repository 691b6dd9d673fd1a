// Numbers as people read them, the same in the window, in tables and on the command line.
#pragma once

#include <optional>
#include <string>

#include "analysis/base/number_text.h"

namespace oscope::app {

using oscope::formatBytes;
using oscope::formatBytesUp;
using oscope::formatCount;
using oscope::formatCounted;
using oscope::formatRange;

/// dB with one decimal and a true minus: "36.8", "−0.4"; infinite: "∞". Empty: "–".
std::string formatDb(std::optional<double> decibel);
/// A share 0..1 as "88.3" (per cent, one decimal, without the sign).
std::string formatShare(double share);
/// "24.4×".
std::string formatFactor(double factor);
/// "0:41", "12:05", from one hour on "1 h 12 m".
std::string formatDuration(double seconds);
/// "40.35", from 1,000 on without decimals: "116,742".
std::string formatPerplexity(double perplexity);
/// A value and its standard error to the error's digit: "0.181 ± 0.003".
std::string formatWithError(double value, double standardError);

}  // namespace oscope::app
