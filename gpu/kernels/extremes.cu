#include <algorithm>

#include "gpu/kernels/device_ops.cuh"
#include "gpu/kernels/extremes_kernels.cuh"

namespace oscope::gpu {

void launchExtremes(const ExtremesArgs& args, StreamHandle stream) {
  if (args.kept < 1 || args.rows == 0 || args.channels == 0) return;
  selectRowsKernel<<<1, kSelectThreads, 0, stream>>>(args);
  const std::int64_t most = std::min<std::int64_t>(args.rows, args.kept);
  for (std::int64_t first = 0; first < most; first += args.rowsPerPass) {
    const auto blocks = static_cast<unsigned>(std::min(args.rowsPerPass, most - first));
    rowExtremesKernel<<<blocks, kRowThreads, 0, stream>>>(args, static_cast<unsigned>(first));
    mergeExtremesKernel<<<1, kSelectThreads, 0, stream>>>(args);
  }
  checkLaunch("extremes");
}

}  // namespace oscope::gpu
