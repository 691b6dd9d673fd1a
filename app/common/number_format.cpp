#include "app/common/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oscope::app {
namespace {

constexpr const char* kNoValue = "–";
constexpr const char* kMinus = "−";

std::string withCommas(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  for (std::size_t i = end; i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

/// Puts the true minus in front of a formatted magnitude.
std::string withSign(double value, const std::string& magnitude) {
  return std::signbit(value) && magnitude.find_first_of("123456789") != std::string::npos ? kMinus + magnitude
                                                                                          : magnitude;
}

/// Magnitude >= 0 with `digits` significant digits, never in exponent form.
std::string significant(double magnitude, int digits) {
  if (magnitude == 0) return "0";
  int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(magnitude)));
  // Rounding may carry into the next decade (9.996 -> 10.0): take the decade of the rounded value.
  const double unit = std::pow(10.0, -decimals);
  const double rounded = std::round(magnitude / unit) * unit;
  decimals = std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(rounded) + 1e-9)));
  return withCommas(fmt::format("{:.{}f}", decimals == 0 ? rounded : magnitude, decimals));
}

}  // namespace

std::string formatRange(double value) {
  if (std::isnan(value)) return kNoValue;
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double magnitude = std::fabs(value);
  if (magnitude != 0 && (magnitude < 0.001 || magnitude >= 1e7)) {
    return withSign(value, fmt::format("{:.2e}", magnitude));
  }
  return withSign(value, significant(magnitude, 3));
}

std::string formatDb(std::optional<double> decibel) {
  if (!decibel || std::isnan(*decibel)) return kNoValue;
  if (std::isinf(*decibel)) return *decibel > 0 ? "∞" : "−∞";
  return withSign(*decibel, fmt::format("{:.1f}", std::fabs(*decibel)));
}

std::string formatShare(double share) {
  if (std::isnan(share)) return kNoValue;
  return fmt::format("{:.1f}", share * 100);
}

std::string formatFactor(double factor) {
  return formatRange(factor) + "×";
}

std::string formatCount(std::int64_t count) {
  const std::string digits =
      fmt::format("{}", count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count));
  return (count < 0 ? kMinus : "") + withCommas(digits);
}

std::string formatCounted(std::int64_t count, const std::string& one, const std::string& many) {
  return formatCount(count) + " " + (count == 1 ? one : many);
}

std::string formatBytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  int unit = 0;
  while (bytes >= 999.5 && unit < 5) {
    bytes /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f} B", bytes);
  return significant(bytes, 3) + " " + kUnits[unit];
}

std::string formatDuration(double seconds) {
  if (!(seconds >= 0) || std::isinf(seconds)) return kNoValue;
  const auto total = static_cast<std::int64_t>(std::llround(seconds));
  if (total >= 3600) return fmt::format("{} h {} m", total / 3600, total % 3600 / 60);
  return fmt::format("{}:{:02}", total / 60, total % 60);
}

std::string formatPerplexity(double perplexity) {
  if (!(perplexity < 1e15)) return std::isinf(perplexity) ? "∞" : formatRange(perplexity);
  return perplexity < 1000 ? fmt::format("{:.2f}", perplexity) : formatCount(std::llround(perplexity));
}

std::string formatWithError(double value, double standardError) {
  if (!(standardError > 0) || std::isinf(standardError)) return formatRange(value);
  const int decimals = std::clamp(-static_cast<int>(std::floor(std::log10(standardError))), 0, 9);
  return withSign(value, fmt::format("{:.{}f}", std::fabs(value), decimals)) +
         fmt::format(" ± {:.{}f}", standardError, decimals);
}

}  // namespace oscope::app
