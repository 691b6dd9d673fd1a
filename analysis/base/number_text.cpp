#include "analysis/base/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oscope {
namespace {

constexpr const char* kMinus = "−";
constexpr int kDigits = 3, kMostDigits = 9;

std::string withCommas(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  for (std::size_t i = end; i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
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

std::string rangeText(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double magnitude = std::fabs(value);
  const bool exponent = magnitude != 0 && (magnitude < 0.001 || magnitude >= 1e7);
  const std::string text = exponent ? fmt::format("{:.{}e}", magnitude, digits - 1) : significant(magnitude, digits);
  return value < 0 ? kMinus + text : text;
}

/// Bytes in the unit that shows them.
struct Size {
  double value;
  const char* unit;
};

Size inUnit(double bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  int unit = 0;
  while (bytes >= 999.5 && unit < 5) {
    bytes /= 1000;
    ++unit;
  }
  return {bytes, kUnits[unit]};
}

}  // namespace

std::string formatRange(double value) {
  return rangeText(value, kDigits);
}

std::string formatRangeApart(double value, std::initializer_list<double> others) {
  int digits = kDigits;
  const auto confused = [&](double other) {
    return other != value && rangeText(other, digits) == rangeText(value, digits);
  };
  while (digits < kMostDigits && std::any_of(others.begin(), others.end(), confused)) ++digits;
  return rangeText(value, digits);
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
  const Size size = inUnit(bytes);
  if (size.unit == std::string("B")) return fmt::format("{:.0f} B", size.value);
  return significant(size.value, kDigits) + " " + size.unit;
}

std::string formatBytesUp(double bytes) {
  if (!(bytes >= 1000)) return formatBytes(std::ceil(bytes));
  const double step = std::pow(10.0, std::floor(std::log10(bytes)) - (kDigits - 1));
  return formatBytes(std::ceil(bytes / step) * step);
}

}  // namespace oscope
