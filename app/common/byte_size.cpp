#include "app/common/byte_size.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "analysis/base/error.h"

namespace oscope::app {
namespace {

/// Bytes of a lower-case unit, 0 where it is unknown.
double unitBytes(const std::string& unit) {
  if (unit.empty() || unit == "b") return 1;
  const std::size_t power = std::string("kmgt").find(unit[0]) + 1;
  if (power == 0) return 0;
  const std::string rest = unit.substr(1);
  if (rest.empty() || rest == "ib") return std::pow(1024.0, static_cast<double>(power));
  return rest == "b" ? std::pow(1000.0, static_cast<double>(power)) : 0;
}

}  // namespace

std::uint64_t parseByteSize(std::string_view text) {
  const std::size_t unitStart = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string unit;
  for (const char c : text.substr(unitStart)) {
    if (c != ' ') unit += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + unitStart, number, std::chars_format::fixed);
  const double bytes = number * unitBytes(unit);
  if (failure != std::errc() || end != text.data() + unitStart || !(bytes >= 1) || bytes >= 0x1p63) {
    throw Error(ErrorCode::InvalidArgument, "\"" + std::string(text) + "\"", "is not a size",
                "write a number with a unit: 8GiB, 500MB, 65536");
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace oscope::app
