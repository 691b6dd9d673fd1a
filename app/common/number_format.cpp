#include "app/common/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oscope::app {
namespace {

constexpr const char* kNoValue = "–";
constexpr const char* kMinus = "−";

/// Puts the true minus in front of a formatted magnitude.
std::string withSign(double value, const std::string& magnitude) {
  return std::signbit(value) && magnitude.find_first_of("123456789") != std::string::npos ? kMinus + magnitude
                                                                                          : magnitude;
}

}  // namespace

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
