// Integer weights as methods make them, exporters write them and backends multiply with them.
#pragma once

#include <cstdint>
#include <vector>

namespace oscope::compute {

/// Codes and scales of one linear [out, in]. W_hat[n, k] = scale[n, k / group] * (code[n, k] - zero[n, k / group]).
struct QuantizedWeight {
  std::int64_t out = 0, in = 0;
  int bits = 4;
  std::int64_t group = 0;           ///< input channels per scale; equal to `in` for one scale per output channel
  std::vector<std::int8_t> codes;   ///< [out, in], in [-2^(b-1), 2^(b-1) - 1] (symmetric) or [0, 2^b - 1] - 2^(b-1)
  std::vector<float> scales;        ///< [out, in / group], already rounded to the dtype they are stored in
  std::vector<std::int32_t> zeros;  ///< [out, in / group] in the codes' range; empty: symmetric, zero 0

  std::int64_t groups() const { return group > 0 ? in / group : 1; }
};

/// InvalidArgument unless the sizes of the parts fit together and int32 sums over a group are exact.
void requireConsistent(const QuantizedWeight& weight);

}  // namespace oscope::compute
