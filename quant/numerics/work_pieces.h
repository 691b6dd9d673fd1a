// Long linear algebra is cut into pieces between which a stop is seen, however wide the layer is.
#pragma once

#include <algorithm>
#include <cstdint>

namespace oscope::quant {

/// Floating-point operations between two looks at the stop token: some hundredths of a second on one core.
inline constexpr double kOperationsAtOnce = 5e8;

/// Units of `operationsEach` that make one piece, of `count` in all; at least one.
inline std::int64_t unitsAtOnce(double operationsEach, std::int64_t count) {
  return std::clamp(static_cast<std::int64_t>(kOperationsAtOnce / std::max(operationsEach, 1.0)), std::int64_t{1},
                    std::max(count, std::int64_t{1}));
}

}  // namespace oscope::quant
