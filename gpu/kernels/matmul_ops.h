// Launches around matrix products: activations to 16-bit terms, and a product for shapes that cuBLASLt declines.
#pragma once

#include <cstdint>

#include "gpu/kernels/float_math.h"
#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// For fp16: shift[s] = 2^e that brings the largest |x| of sequence s below 2^15, unshift[s] = 2^-e.
/// `absMaxBits` [sequences] is work memory.
void launchFp16Shifts(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols,
                      const std::int32_t* sequences, std::int64_t sequenceCount, std::uint32_t* absMaxBits,
                      float* shift, float* unshift);

/// x [rows, cols] as `terms` (1 or kMostTerms) 16-bit matrices [rows, cols], one behind the other (split_math.h).
/// `shift` by sequence for F16, null for BF16.
void launchSplit(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t cols, FloatType type, int terms,
                 const std::int32_t* sequences, const float* shift, std::uint16_t* out);

/// y [rows, out] = x [rows, in] w [out, in]^T in float32, each element summed in the order of k.
void launchPlainMatmul(StreamHandle stream, const float* x, std::int64_t rows, std::int64_t in, const void* w,
                       FloatType type, std::int64_t out, float* y);

}  // namespace oscope::gpu
