// What the hardware gives at best, measured in the run that is judged by it.
#pragma once

#include <cstdint>
#include <string>

namespace oscope::bench {

/// Operations per second (a multiply-add is two) of the best large product, and what was measured.
struct GemmRoof {
  double rate = 0;
  std::string what;
};
/// bf16 products by cuBLASLt on a GPU, float32 ones by OpenBLAS with `threads` on the CPU.
GemmRoof measureGemmRoof(const std::string& deviceId, int threads);

}  // namespace oscope::bench
