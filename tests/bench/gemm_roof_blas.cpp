// The CPU's roof, and all there is where the CUDA toolkit is missing.
#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "tests/bench/gemm_roof_devices.h"

namespace oscope::bench {

GemmRoof measureBlasRoof(int threads) {
  constexpr int kSize = 2048;
  const std::vector<float> x(static_cast<std::size_t>(kSize) * kSize, 0.5f), w(x.size(), 0.25f);
  std::vector<float> y(x.size());
  openblas_set_num_threads(threads);
  double best = 1e30;
  for (int i = 0; i < 3; ++i) {
    const auto start = std::chrono::steady_clock::now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, kSize, kSize, kSize, 1.0f, x.data(), kSize, w.data(), kSize,
                0.0f, y.data(), kSize);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  openblas_set_num_threads(1);
  return {2.0 * kSize * kSize * kSize / best,
          fmt::format("OpenBLAS sgemm {0} x {0} x {0}, {1} threads", kSize, threads)};
}

GemmRoof measureGemmRoof(const std::string& deviceId, int threads) {
  return deviceId == "cpu" ? measureBlasRoof(threads) : measureCudaRoof(deviceId);
}

}  // namespace oscope::bench
