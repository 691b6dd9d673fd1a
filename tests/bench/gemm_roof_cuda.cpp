#include <algorithm>
#include <cstdlib>

#include "tests/bench/gemm_roof_devices.h"
#include "tests/bench/lt_gemm.h"

namespace oscope::bench {

GemmRoof measureCudaRoof(const std::string& deviceId) {
  constexpr std::int64_t kSize = 8192;
  constexpr auto kBytes = static_cast<std::size_t>(kSize * kSize) * 2;
  const std::size_t colon = deviceId.find(':');
  check(cudaSetDevice(colon == std::string::npos ? 0 : std::atoi(deviceId.c_str() + colon + 1)), "device");
  const DeviceBytes x(kBytes, DeviceBytes::Random::Bf16), w(kBytes, DeviceBytes::Random::Bf16), y(kBytes, 0);
  const LtGemm gemm(LtType::Bf16, kSize, kSize, kSize);
  double best = 1e30;
  for (int a = 0; a < gemm.algorithms(); ++a) {
    best = std::min(
        best, secondsPerCall(10, [&](int, cudaStream_t stream) { gemm.run(a, x.data(), w.data(), y.data(), stream); }));
  }
  return {2.0 * kSize * kSize * kSize / best, "cuBLASLt bf16 8192 x 8192 x 8192"};
}

}  // namespace oscope::bench
