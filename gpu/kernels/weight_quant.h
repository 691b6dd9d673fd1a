// Launches of the group quantization of weights. All pointers are device memory; work is queued on `stream`.
#pragma once

#include <cstdint>

#include "gpu/kernels/launch.h"
#include "gpu/kernels/weight_quant_math.h"

namespace oscope::gpu {

inline constexpr int kOctet = 8;  ///< neighbours that one thread takes at once

struct WeightQuantArgs {
  const void* weight = nullptr;  ///< [out, in], 16-byte aligned
  FloatType type = FloatType::BF16;
  std::int64_t out = 0, in = 0, group = 0;
  WeightRule rule;
  const float* columns = nullptr;     ///< [in] w * columns; may be null
  const float* rows = nullptr;        ///< [out] w / rows; may be null
  const float* limits = nullptr;      ///< [out, groups] bounds of |w|; may be null
  float* scales = nullptr;            ///< [out, groups]
  std::int32_t* zeros = nullptr;      ///< [out, groups]; null: symmetric
  void* codes = nullptr;              ///< [out, in] bytes; packsCodes(): [out, in / 8] words
  SquarePair* groupSums = nullptr;    ///< [out, groups]
  double* rowSums = nullptr;          ///< [out, 2] energy, error
  unsigned long long* bad = nullptr;  ///< smallest row * groups + group without a finite scale, from all ones
};

/// Whether 8 codes of 4 bits share a word, the first one in the lowest bits.
OSCOPE_HD bool packsCodes(const WeightRule& rule, std::int64_t group) {
  return rule.bits <= 4 && group % kOctet == 0;
}

/// Codes, scales and sums in one read of the weight.
void launchQuantizeWeight(const WeightQuantArgs& args, StreamHandle stream);

}  // namespace oscope::gpu
