#include "gpu/kernels/device_ops.cuh"
#include "gpu/kernels/gram_kernel.cuh"

namespace oscope::gpu {

void launchGram(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels, double* gram,
                StreamHandle stream) {
  const std::int64_t tiles = (channels + kGramTile - 1) / kGramTile;
  if (tiles == 0 || sequences == 0) return;
  const auto blocks = static_cast<unsigned>(tiles * (tiles + 1) / 2);
  if (channels % 4 == 0) {
    gramKernel<true><<<blocks, kGramThreads, 0, stream>>>(x, starts, sequences, channels, gram);
  } else {
    gramKernel<false><<<blocks, kGramThreads, 0, stream>>>(x, starts, sequences, channels, gram);
  }
  checkLaunch("gram");
}

}  // namespace oscope::gpu
