#include "quant/numerics/scheme.h"

#include <fmt/format.h>

namespace oscope::quant {

std::string WeightScheme::describe() const {
  if (isFloat()) return "float";
  std::string text = group > 0 ? fmt::format("int{} g{}", bits, group) : fmt::format("int{} per channel", bits);
  if (!symmetric) text += " asymmetric";
  return text;
}

std::int64_t effectiveGroup(const WeightScheme& scheme, std::int64_t in) {
  return scheme.group > 0 && in % scheme.group == 0 ? scheme.group : in;
}

double activationDivisor(const NumericRules& rules, int bits) {
  return largestCode(bits) + (rules.dynamicDivisor - largestCode(8));
}

}  // namespace oscope::quant
