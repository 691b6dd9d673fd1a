// Launches of the quantization ops. All pointers are device memory; work is queued on `stream`.
#pragma once

#include <cstdint>

#include "gpu/kernels/launch.h"

namespace oscope::gpu {

struct QuantizeArgs {
  const float* x = nullptr;  ///< [rows, cols], 16-byte aligned, as all arrays here
  std::int64_t rows = 0, cols = 0;
  bool isStatic = true;                     ///< `scale` for all rows
  const unsigned* sequenceMax = nullptr;    ///< not static: bits of max |x / factor| per sequence, null: per row
  const std::int32_t* sequences = nullptr;  ///< [rows] the sequence of a row
  const float* factors = nullptr;           ///< [cols] x / factor is quantized, and multiplied again; null: ones
  float scale = 1.0f, divisor = 127.0f;
  float low = -128.0f, high = 127.0f;
};
/// sequenceMax[sequence] = max with the rows of x; from zeros.
void launchSequenceMax(const QuantizeArgs& args, unsigned* sequenceMax, StreamHandle stream);
/// y = scale * clamp(rne(x / scale)); y may be x.
void launchFakeQuant(const QuantizeArgs& args, float* y, StreamHandle stream);
/// The same with the scale and the range [low, low + args.high - args.low] of each channel; scales, lows [cols].
void launchFakeQuantChannels(const QuantizeArgs& args, const float* scales, const float* lows, float* y,
                             StreamHandle stream);
/// codes [rows, cols] and scales [rows]; without factors.
void launchQuantize(const QuantizeArgs& args, std::int8_t* codes, float* scales, StreamHandle stream);

}  // namespace oscope::gpu
