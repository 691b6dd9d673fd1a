#include <stdexcept>

#include "tests/bench/gemm_roof_devices.h"

namespace oscope::bench {

GemmRoof measureCudaRoof(const std::string& deviceId) {
  throw std::runtime_error(deviceId + ": this benchmark was built without the CUDA toolkit");
}

}  // namespace oscope::bench
