// Launches of elementwise ops on float32 activations.
#pragma once

#include <cstdint>

#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// x += y, `count` elements.
void launchAdd(StreamHandle stream, float* x, const float* y, std::int64_t count);

}  // namespace oscope::gpu
