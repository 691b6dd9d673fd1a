// The backends of the op tests: the CUDA backend itself, over an emulated device.
#include "gpu/cuda_backend.h"
#include "tests/compute/backends.h"
#include "tests/gpu/device_under_test.h"
#include "tests/gpu/emulation/cuda_emulation.h"

namespace oscope::test {
namespace {

std::unique_ptr<compute::Backend> emulated(compute::MatmulPrecision precision, const Schedule& schedule) {
  setSchedule(schedule);
  compute::BackendOptions options;
  options.precision = precision;
  return std::make_unique<gpu::CudaBackend>(0, options);
}

}  // namespace

DeviceUnderTest deviceUnderTest() {
  return {"", true, [](compute::MatmulPrecision precision) { return emulated(precision, {}); }};
}

}  // namespace oscope::test

namespace oscope::compute::test {

std::vector<BackendCase> testBackends() {
  using oscope::test::emulated;
  return {
      {"emulated_full",
       [] {
         return emulated(MatmulPrecision::Full, {false, true});
       },
       kFullProducts},
      {"emulated_fast_backwards",
       [] {
         return emulated(MatmulPrecision::Fast, {true, true});
       },
       kFastProducts},
  };
}

}  // namespace oscope::compute::test
