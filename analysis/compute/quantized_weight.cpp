#include "analysis/compute/quantized_weight.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::compute {

void requireConsistent(const QuantizedWeight& weight) {
  const auto codes = static_cast<std::size_t>(weight.out * weight.in);
  const auto scales = static_cast<std::size_t>(weight.out * weight.groups());
  // int32 sums of int8 products stay exact up to this width.
  constexpr std::int64_t kWidest = 65536;
  const bool fits = weight.group > 0 && weight.in % weight.group == 0 && weight.codes.size() == codes &&
                    weight.scales.size() == scales && (weight.zeros.empty() || weight.zeros.size() == scales) &&
                    weight.group <= kWidest && weight.bits >= 2 && weight.bits <= 8;
  if (!fits) {
    throw Error(ErrorCode::InvalidArgument, "quantized weight",
                fmt::format("[{}, {}] with {} bits in groups of {} has {} codes and {} scales", weight.out, weight.in,
                            weight.bits, weight.group, weight.codes.size(), weight.scales.size()));
  }
}

}  // namespace oscope::compute
