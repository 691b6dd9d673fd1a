// Numbers as people read them, the same in the window, in tables and on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace oscope::app {

/// Ranges and scales: three significant digits, thousands with comma: "0.306", "9.80", "41.3", "486", "1,180".
/// Below 0.001 and from 1e7 on: "3.20e-05". NaN: the en dash of "no value".
std::string formatRange(double value);
/// dB with one decimal and a true minus: "36.8", "−0.4"; infinite: "∞". Empty: "–".
std::string formatDb(std::optional<double> decibel);
/// A share 0..1 as "88.3" (per cent, one decimal, without the sign).
std::string formatShare(double share);
/// "24.4×".
std::string formatFactor(double factor);
/// Whole numbers in full with thousands commas: "65,536".
std::string formatCount(std::int64_t count);
/// A count with its noun: "1 site", "32 sites".
std::string formatCounted(std::int64_t count, const std::string& one, const std::string& many);
/// Decimal bytes, three digits: "46.5 MB", "1.20 GB", "512 B".
std::string formatBytes(double bytes);
/// "0:41", "12:05", from one hour on "1 h 12 m".
std::string formatDuration(double seconds);
/// "40.35", from 1,000 on without decimals: "116,742".
std::string formatPerplexity(double perplexity);
/// A value and its standard error to the error's digit: "0.181 ± 0.003".
std::string formatWithError(double value, double standardError);

}  // namespace oscope::app
