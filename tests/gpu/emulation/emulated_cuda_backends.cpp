// The backends of the op tests: the CUDA backend itself, over an emulated device.
#include "gpu/cuda_backend.h"
#include "tests/compute/backends.h"
#include "tests/gpu/emulation/cuda_emulation.h"

namespace oscope::compute::test {
namespace {

std::function<std::unique_ptr<Backend>()> emulated(MatmulPrecision precision, const oscope::test::Schedule& schedule) {
  return [=] {
    oscope::test::setSchedule(schedule);
    BackendOptions options;
    options.precision = precision;
    return std::make_unique<gpu::CudaBackend>(0, options);
  };
}

}  // namespace

std::vector<BackendCase> testBackends() {
  return {
      {"emulated_full", emulated(MatmulPrecision::Full, {false, true}), kFullProducts},
      {"emulated_fast_backwards", emulated(MatmulPrecision::Fast, {true, false}), kFastProducts},
  };
}

}  // namespace oscope::compute::test
