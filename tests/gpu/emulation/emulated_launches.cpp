// The launch functions of gpu/kernels over the emulation, with the grids of their .cu files.
#include <algorithm>

#include "tests/gpu/emulation/cuda_emulation.h"
#include "tests/gpu/emulation/emulated_backend.h"

// Behind the emulation.
#include "gpu/kernels/extremes_kernels.cuh"
#include "gpu/kernels/gram_kernel.cuh"
#include "gpu/kernels/observe_kernels.cuh"

namespace oscope::test {
namespace {

void run(std::int64_t blocks, int threads, const std::function<void()>& body) {
  runKernel(static_cast<unsigned>(blocks), static_cast<unsigned>(threads), 0, currentSchedule(), body);
}

}  // namespace

}  // namespace oscope::test

namespace oscope::gpu {

using test::run;

void launchObserve(const ObserveArgs& args, StreamHandle) {
  const std::int64_t tiles = (args.channels + kObserveChannels - 1) / kObserveChannels;
  run(tiles * args.sequences, kObserveThreads, [&] {
    args.channels % 4 == 0 ? observeKernel<true>(args, static_cast<int>(tiles))
                           : observeKernel<false>(args, static_cast<int>(tiles));
  });
}

void launchAddPartials(const double* partials, std::int64_t sequences, std::int64_t channels, Fixed128* sums,
                       StreamHandle) {
  run((3 * channels + 127) / 128, 128, [&] { addPartialsKernel(partials, sequences, 3 * channels, sums); });
}

void launchExtremes(const ExtremesArgs& args, StreamHandle) {
  run(1, kSelectThreads, [&] { selectRowsKernel(args); });
  const std::int64_t most = std::min<std::int64_t>(args.rows, args.kept);
  for (std::int64_t first = 0; first < most; first += args.rowsPerPass) {
    run(std::min(args.rowsPerPass, most - first), kRowThreads,
        [&] { rowExtremesKernel(args, static_cast<unsigned>(first)); });
    run(1, kSelectThreads, [&] { mergeExtremesKernel(args); });
  }
}

void launchSampleRows(const float* x, std::int64_t channels, std::int64_t firstToken, const std::int64_t* tokens,
                      std::int64_t count, const unsigned* rowMax, std::uint16_t* halves, int* exponents, StreamHandle) {
  run(count, 256, [&] { sampleRowsKernel(x, channels, firstToken, tokens, rowMax, halves, exponents); });
}

void launchGram(const float* x, const std::int64_t* starts, std::int64_t sequences, std::int64_t channels, double* gram,
                StreamHandle) {
  const std::int64_t tiles = (channels + kGramTile - 1) / kGramTile;
  run(tiles * (tiles + 1) / 2, kGramThreads, [&] {
    channels % 4 == 0 ? gramKernel<true>(x, starts, sequences, channels, gram)
                      : gramKernel<false>(x, starts, sequences, channels, gram);
  });
}

}  // namespace oscope::gpu
