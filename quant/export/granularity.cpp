#include "quant/export/granularity.h"

#include <array>

namespace oscope::quant {
namespace {

constexpr std::array<std::string_view, 5> kNames{"float", "tensor", "token", "sequence", "cluster"};

}  // namespace

std::string_view toString(ActivationPlan::Granularity granularity) {
  return kNames.at(static_cast<std::size_t>(granularity));
}

std::optional<ActivationPlan::Granularity> parseGranularity(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<ActivationPlan::Granularity>(i);
  }
  return std::nullopt;
}

}  // namespace oscope::quant
