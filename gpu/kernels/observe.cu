#include "gpu/kernels/device_ops.cuh"
#include "gpu/kernels/observe.h"
#include "gpu/kernels/observe_kernels.cuh"

namespace oscope::gpu {

void launchObserve(const ObserveArgs& args, StreamHandle stream) {
  const std::int64_t tiles = (args.channels + kObserveChannels - 1) / kObserveChannels;
  if (args.sequences == 0 || tiles == 0) return;
  const auto blocks = static_cast<unsigned>(tiles * args.sequences);
  if (args.channels % 4 == 0) {
    observeKernel<true><<<blocks, kObserveThreads, 0, stream>>>(args, static_cast<int>(tiles));
  } else {
    observeKernel<false><<<blocks, kObserveThreads, 0, stream>>>(args, static_cast<int>(tiles));
  }
  checkLaunch("observe");
}

void launchAddPartials(const double* partials, std::int64_t sequences, std::int64_t channels, Fixed128* sums,
                       StreamHandle stream) {
  constexpr int kThreads = 128;
  const std::int64_t count = 3 * channels;
  if (count == 0 || sequences == 0) return;
  const auto blocks = static_cast<unsigned>((count + kThreads - 1) / kThreads);
  addPartialsKernel<<<blocks, kThreads, 0, stream>>>(partials, sequences, count, sums);
  checkLaunch("addPartials");
}

void launchSampleRows(const float* x, std::int64_t channels, std::int64_t firstToken, const std::int64_t* tokens,
                      std::int64_t count, const unsigned* rowMax, std::uint16_t* halves, int* exponents,
                      StreamHandle stream) {
  if (count == 0) return;
  sampleRowsKernel<<<static_cast<unsigned>(count), 256, 0, stream>>>(x, channels, firstToken, tokens, rowMax, halves,
                                                                     exponents);
  checkLaunch("sampleRows");
}

}  // namespace oscope::gpu
