// What moving a model's bytes costs, and which stage of text generation a scheme speeds up.
#pragma once

#include <string>

#include "quant/memory/memory_table.h"

namespace oscope::quant {

/// Bytes per second (decimal) that arrive from each place. The defaults are those of RPTQ's slides: 100 GB take 0.2 s
/// from GPU memory, 8.3 s from host memory, 50 s from disk.
struct Bandwidths {
  double gpu = 500e9, host = 12e9, disk = 2e9;
};

/// Seconds until so many bytes have arrived once.
struct MoveTimes {
  double gpu = 0, host = 0, disk = 0;
};
/// InvalidArgument where a bandwidth is not above 0.
MoveTimes timesToMove(double bytes, const Bandwidths& bandwidths);

/// Seconds that one step of self-decoding (a token of every sequence) takes at least: weights, scales and the whole KV
/// cache are read once, activations stay on the chip.
double secondsPerStep(const MemoryEstimate& estimate, double bytesPerSecond);

/// Whether a stage gets faster than with W16A16, and why.
struct StageEffect {
  bool faster = false;
  std::string reason;
};

/// The argument of FPTQ's Table 1 and Figure 2. Context decoding reads the prompt, many tokens at once: bound by
/// arithmetic, so it needs integers of at most 8 bits on both sides of the product.
StageEffect contextDecoding(const MemoryScheme& scheme);
/// Self-decoding makes one token after another: bound by moving weights, so it counts as efficient from 4 bits down.
StageEffect selfDecoding(const MemoryScheme& scheme);

}  // namespace oscope::quant
