// Launches of the integer-true product. All pointers are device memory; work is queued on `stream`.
#pragma once

#include <cstdint>

#include "gpu/kernels/int_gemm_math.h"
#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// words [weightWords(shape)] from codes [out, in], one per byte; int4: two, the first in the low half. `codes` is
/// 4-byte aligned.
void launchPackWeight(const void* codes, const IntShape& shape, std::uint32_t* words, StreamHandle stream);
/// values [out, in] = scale * (code - zero) of the words that launchPackWeight made; scales and zeros [groups,
/// paddedOut], zeros may be null.
void launchUnpackWeight(const std::uint32_t* words, const float* scales, const std::int32_t* zeros,
                        const IntShape& shape, float* values, StreamHandle stream);
/// padded [rows, codePitch(shape)] from codes [rows, in]; only where groups are no whole steps.
void launchPadCodes(const std::int8_t* codes, std::int64_t rows, const IntShape& shape, std::int8_t* padded,
                    StreamHandle stream);
/// sums [groups, rows] of the codes [rows, in] of each group: what zero points are multiplied with.
void launchGroupSums(const std::int8_t* codes, std::int64_t rows, const IntShape& shape, std::int32_t* sums,
                     StreamHandle stream);

struct IntGemmArgs {
  IntShape shape{};
  std::int64_t rows = 0;
  const std::int8_t* codes = nullptr;       ///< [rows, codePitch(shape)], 16-byte aligned
  const float* codeScales = nullptr;        ///< [rows]
  const std::uint32_t* words = nullptr;     ///< packed weight
  const float* scales = nullptr;            ///< [groups, paddedOut]
  const std::int32_t* zeros = nullptr;      ///< [groups, paddedOut]; null: symmetric
  const std::int32_t* groupSums = nullptr;  ///< [groups, rows]; only with zeros
  const float* bias = nullptr;              ///< [out]; may be null
  float* y = nullptr;                       ///< [rows, out]
};
/// `path` from intPathOf; Skinny takes at most kSkinnyRows rows.
void launchIntGemm(const IntGemmArgs& args, IntPath path, StreamHandle stream);
/// What launchIntGemm hands on.
void launchIntSkinny(const IntGemmArgs& args, StreamHandle stream);

}  // namespace oscope::gpu
